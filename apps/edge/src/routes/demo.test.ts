import { OpenAPIHono } from '@hono/zod-openapi';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { expect, test } from 'vitest';
import type { EdgeEnv } from '../http/context.ts';
import { demoRoutes } from './demo.ts';

function ask(clientAddress: string, accounts?: () => Promise<unknown>) {
  const app = new OpenAPIHono<EdgeEnv>();
  app.onError((error, c) =>
    c.text('', error instanceof TrunklineError && error.code === 'not_found' ? 404 : 500),
  );
  demoRoutes(app, accounts);
  return app.request('/v1/demo', {}, { clientAddress });
}

test('demo accounts are shown to loopback addresses only', async () => {
  const accounts = async () => ({ accounts: [{ identity: 'anna@demo' }] });
  for (const address of ['127.0.0.1', '127.3.2.1', '::1']) {
    const answer = await ask(address, accounts);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
  }
  for (const address of ['10.0.0.1', '128.0.0.1', '::2', 'unknown', '127.0.0.1.example'])
    expect((await ask(address, accounts)).status).toBe(404);
});

test('without demo accounts the path does not exist', async () => {
  expect((await ask('127.0.0.1')).status).toBe(404);
});
