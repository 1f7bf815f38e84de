import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWebApps, type WebApps } from '../static/web-app.ts';
import { createWebFiles } from './web-files.ts';

const script = `console.log(${JSON.stringify('x'.repeat(4000))});`;
let folder: string;
let apps: WebApps;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trunkline-files-'));
  const dist = join(folder, 'dist');
  await mkdir(join(dist, 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(dist, 'index.html'), '<title>client</title>');
  await writeFile(join(dist, 'sw.js'), 'self.x = 1;');
  await writeFile(join(dist, 'manifest.webmanifest'), '{}');
  await writeFile(join(dist, 'assets', 'main-Bx3dF8_z.js'), script);
  await writeFile(join(dist, 'assets', 'built-C0ffee12.js'), script);
  await writeFile(join(dist, 'assets', 'built-C0ffee12.js.gz'), gzipSync('built before'));
  await symlink(join(folder, 'secret.txt'), join(dist, 'link.txt'));
  apps = createWebApps({
    apps: [{ base: '/', files: createWebFiles(dist, 8_000) }],
    publicUrl: 'https://uc.example.com',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const get = (path: string, headers: Record<string, string> = {}) =>
  apps(new Request(`http://edge${path}`, { headers }));

test('hashed assets may be kept for ever, everything else is asked for again', async () => {
  const cacheOf = async (path: string) => (await get(path)).headers.get('cache-control');
  expect(await cacheOf('/assets/main-Bx3dF8_z.js')).toBe('public, max-age=31536000, immutable');
  expect(await cacheOf('/sw.js')).toBe('no-cache');
  expect(await cacheOf('/manifest.webmanifest')).toBe('no-cache');
  expect(await cacheOf('/')).toBe('no-cache');
});

test('media types are exact', async () => {
  const typeOf = async (path: string) => (await get(path)).headers.get('content-type');
  expect(await typeOf('/sw.js')).toBe('text/javascript; charset=utf-8');
  expect(await typeOf('/manifest.webmanifest')).toBe('application/manifest+json');
  expect(await typeOf('/people')).toBe('text/html; charset=utf-8');
});

test('compressed as the client takes it, a file built beside it first', async () => {
  const bytes = async (response: Response) => Buffer.from(await response.arrayBuffer());
  const br = await get('/assets/main-Bx3dF8_z.js', { 'accept-encoding': 'gzip, br' });
  expect(br.headers.get('content-encoding')).toBe('br');
  expect(brotliDecompressSync(await bytes(br)).toString()).toBe(script);
  const gzip = await get('/assets/main-Bx3dF8_z.js', { 'accept-encoding': 'gzip, br;q=0' });
  expect(gzip.headers.get('content-encoding')).toBe('gzip');
  expect(gunzipSync(await bytes(gzip)).toString()).toBe(script);
  const built = await get('/assets/built-C0ffee12.js', { 'accept-encoding': 'gzip' });
  expect(gunzipSync(await bytes(built)).toString()).toBe('built before');
  const plain = await get('/assets/main-Bx3dF8_z.js');
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect((await bytes(plain)).toString()).toBe(script);
  expect(plain.headers.get('vary')).toBe('accept-encoding');
});

test('an entity tag per content and encoding answers 304', async () => {
  const first = await get('/assets/main-Bx3dF8_z.js', { 'accept-encoding': 'br' });
  const etag = first.headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[\w-]+-br"$/);
  const again = await get('/assets/main-Bx3dF8_z.js', {
    'accept-encoding': 'br',
    'if-none-match': `"other", W/${etag}`,
  });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
  const other = await get('/assets/main-Bx3dF8_z.js', { 'if-none-match': etag });
  expect(other.status).toBe(200);
});

test('a changed file is noticed', async () => {
  const path = join(folder, 'dist', 'changing.txt');
  await writeFile(path, 'one');
  expect(await (await get('/changing.txt')).text()).toBe('one');
  await writeFile(path, 'three');
  expect(await (await get('/changing.txt')).text()).toBe('three');
});

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/link.txt',
  '/a%00b.txt',
  '/%zz.js',
])('%s does not lead out of the folder', async (path) => {
  await expect(get(path)).rejects.toMatchObject({ code: 'not_found' });
});

test('over https the browser is told to stay there', async () => {
  const { headers } = await get('/');
  expect(headers.get('strict-transport-security')).toContain('max-age=31536000');
  expect(headers.get('content-security-policy')).toContain(
    "connect-src 'self' wss://uc.example.com",
  );
});
