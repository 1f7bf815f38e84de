import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { ControlEnv } from './env.ts';
import { refreshCookie } from './refresh-cookie.ts';

async function cookieAt(publicUrl: string): Promise<string> {
  const app = new Hono<ControlEnv>();
  app.get('/', (c) => {
    refreshCookie(publicUrl).write(c, 'token');
    return c.text('');
  });
  return (await app.request('/')).headers.getSetCookie()[0] ?? '';
}

test('the cookie is HttpOnly, strict, bound to the sign-in routes, and Secure behind https', async () => {
  const common = 'tl_refresh=token; Max-Age=2592000; Path=/v1/auth; HttpOnly;';
  expect(await cookieAt('https://uc.example')).toBe(`${common} Secure; SameSite=Strict`);
  expect(await cookieAt('http://localhost:8080')).toBe(`${common} SameSite=Strict`);
});
