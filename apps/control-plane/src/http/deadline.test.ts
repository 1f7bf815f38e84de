import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { deadline } from './deadline.ts';
import type { ControlEnv } from './env.ts';

test('a request that takes too long is answered, one that does not is left alone', async () => {
  const app = new Hono<ControlEnv>();
  app.use(deadline(30));
  app.onError((error, c) => c.text('code' in error ? String(error.code) : error.name, 503));
  app.get('/slow', () => new Promise<Response>(() => {}));
  app.get('/quick', (c) => c.text('done'));
  const slow = await app.request('/slow');
  expect([slow.status, await slow.text()]).toEqual([503, 'unavailable']);
  expect(await (await app.request('/quick')).text()).toBe('done');
});
