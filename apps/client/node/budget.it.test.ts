import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Manifest } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Built afresh into a folder of its own: what counts is the source as it is now. */
let out: string;
let manifest: Manifest;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'trunkline-budget-'));
  const root = fileURLToPath(new URL('..', import.meta.url));
  // A process of its own: in a test's environment the libraries' development versions are built.
  await promisify(execFile)(
    process.execPath,
    ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'silent', '--outDir', out],
    { cwd: root, env: { ...process.env, NODE_ENV: 'production' }, timeout: 100_000 },
  );
  manifest = JSON.parse(await readFile(join(out, '.vite/manifest.json'), 'utf8')) as Manifest;
}, 120_000);
afterAll(() => rm(out, { recursive: true, force: true }));

/** Scripts a page loads: the entry, what it imports, and the lazy parts the page asks for. */
function scriptsOf(lazy: readonly string[]): Set<string> {
  const files = new Set<string>();
  const follow = (key: string) => {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`${key} is not in the manifest`);
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const next of chunk.imports ?? []) follow(next);
  };
  for (const key of ['index.html', ...lazy]) follow(key);
  return files;
}

async function gzipped(files: Iterable<string>): Promise<number> {
  let sum = gzipSync(await readFile(join(out, 'boot.js'))).length;
  for (const file of files) sum += gzipSync(await readFile(join(out, file))).length;
  return sum;
}

async function textOf(files: Iterable<string>): Promise<string> {
  const texts = await Promise.all([...files].map((file) => readFile(join(out, file), 'utf8')));
  return texts.join('\n');
}

const signIn = ['src/sign-in/sign-in-page.tsx', 'src/i18n/de.ts'];
const people = [
  'src/i18n/de.ts',
  'src/shell/shell.tsx',
  'src/people/people-page.tsx',
  'src/people/nobody.tsx',
  // Fetched while nothing happens, so that the first ring is instant.
  'src/calls/ring-cards.tsx',
  'src/calls/call-card.tsx',
];

test('the sign-in page loads at most 150 kB of script, without Fluent and zod', async () => {
  const files = scriptsOf(signIn);
  expect(await gzipped(files)).toBeLessThanOrEqual(150_000);
  const text = await textOf(files);
  expect(text).not.toContain('fui-');
  expect(text).not.toContain('ZodError');
});

test('the people page loads at most 230 kB of script, without zod', async () => {
  const files = scriptsOf(people);
  expect(await gzipped(files)).toBeLessThanOrEqual(230_000);
  expect(await textOf(files)).not.toContain('ZodError');
});

test('the page has no inline script', async () => {
  const page = await readFile(join(out, 'index.html'), 'utf8');
  for (const [, attributes, body] of page.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)) {
    expect(attributes).toContain('src=');
    expect(body?.trim()).toBe('');
  }
  expect(page).not.toMatch(/\son\w+=/);
});

test('the service worker keeps every script and style of the page', async () => {
  const worker = await readFile(join(out, 'sw.js'), 'utf8');
  for (const file of scriptsOf([...signIn, ...people])) expect(worker).toContain(`/${file}`);
  expect(worker).not.toContain('__SHELL__');
  expect(worker).not.toContain('__VERSION__');
});
