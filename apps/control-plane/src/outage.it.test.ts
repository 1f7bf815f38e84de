import type { LoginRole } from '@trunkline/database/roles.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../../e2e/harness/wait-for.ts';
import { dial, helloOf } from './node/testing/link-peer.ts';
import { type SwitchableProxy, startSwitchableProxy } from './node/testing/switchable-proxy.ts';
import {
  berlin,
  startTestPlane,
  type TestPlane,
  type TestTenant,
} from './node/testing/test-plane.ts';

let database: SwitchableProxy;
let plane: TestPlane;
let home: TestTenant;

beforeAll(async () => {
  plane = await startTestPlane({
    urls: async ({ urls }) => {
      database = await startSwitchableProxy(Number(new URL(urls.app).port));
      return Object.fromEntries(
        Object.entries(urls).map(([role, url]) => {
          const changed = new URL(url);
          changed.port = String(database.port);
          return [role, changed.href];
        }),
      ) as Record<LoginRole, string>;
    },
  });
  home = await plane.tenant();
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  await database.off();
});

test('with the database stopped every route answers 503 in time; back again, it serves', async () => {
  const admin = await home.admin();
  await database.off();
  const calls = [
    () => admin.call('GET', '/v1/users'),
    () => home.api.call('GET', '/v1/users'),
    () => home.api.call('POST', '/v1/locations', { body: berlin() }),
    () => plane.partner.call('GET', '/v1/tenants'),
    () => plane.as().call('GET', '/.well-known/jwks.json'),
    () =>
      plane.as().call('POST', '/v1/auth/sign-in', {
        body: { identity: `admin@${home.tenant.presenceDomain}`, password: 'whatever it is' },
      }),
  ];
  for (const call of calls) {
    const startedAt = performance.now();
    const answer = await call();
    expect([answer.status, answer.code]).toEqual([503, 'unavailable']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(performance.now() - startedAt).toBeLessThan(8_000);
  }
  expect((await plane.as().call('GET', '/readyz')).status).toBe(503);
  expect((await plane.as().call('GET', '/healthz')).status).toBe(200);

  await database.on();
  await waitFor('readiness', async () => (await plane.as().call('GET', '/readyz')).status === 200);
  expect((await admin.call('GET', '/v1/users')).status).toBe(200);
  // Nothing of the refused request was left behind, its key neither.
  expect((await home.api.call('POST', '/v1/locations', { body: berlin('Later') })).status).toBe(
    201,
  );
});

test('links stand through the absence, and what changed after it is pushed', async () => {
  const { lineGroup } = await home.furnish();
  const node = await dial(plane.port, await helloOf(plane.node));
  await node.next('welcome');
  node.send({ t: 'config.have', sections: {} });
  const before = await node.next('config');
  const edge = await dial(plane.port, await helloOf(plane.edge));
  await edge.next('welcome');
  await database.off();
  await database.on();
  await waitFor('readiness', async () => (await plane.as().call('GET', '/readyz')).status === 200);
  await home.api.ok('PATCH', `/v1/line-groups/${lineGroup.id}`, { expiresSeconds: 61 });
  const after = await waitFor('the push', () => node.next('config'), { timeoutMs: 30_000 });
  expect(after.jws).not.toBe(before.jws);
  expect(node.end).toBeUndefined();
  // Notices of the absence are lost: the edge is let go, dials again and reads everything afresh.
  expect((await waitFor('the cut', () => edge.end, { timeoutMs: 30_000 })).code).toBe(4503);
  node.close();
});

test('a request whose connection breaks half way may be repeated with its key', async () => {
  const headers = { 'idempotency-key': 'broken-half-way' };
  const post = () => home.api.call('POST', '/v1/locations', { body: berlin('Half'), headers });
  const first = post();
  await database.off();
  await database.on();
  await first.catch(() => undefined);
  const answer = await waitFor('a reply', async () => {
    const again = await post();
    return again.status < 500 && again.status !== 409 ? again : undefined;
  });
  expect(answer.status).toBe(201);
  const { items } = await home.api.ok('GET', '/v1/locations');
  expect(items.filter((one: { name: string }) => one.name === 'Half')).toHaveLength(1);
});
