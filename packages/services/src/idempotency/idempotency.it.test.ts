import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { TenantId } from '@trunkline/contracts/ids.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ControlContext } from '../core/context.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { createUser } from '../users/create-user.ts';
import { listUsers } from '../users/list-users.ts';
import {
  abandonIdempotent,
  beginIdempotent,
  idempotencyLockMs,
  keepRefusal,
  sweepIdempotencyKeys,
} from './idempotency.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

const request = (key: string, over: Record<string, string> = {}) => ({
  caller: 'key_a',
  key,
  method: 'POST',
  path: '/v1/users',
  bodyHash: 'h1',
  ...over,
});
const begin = (key: string, over: Record<string, string> = {}) =>
  beginIdempotent(system.platform, request(key, over));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (error: unknown) => (error instanceof TrunklineError ? error.code : String(error)),
  );
const input = { userName: 'anna', displayName: 'Anna' };
const names = async (tenantId: TenantId) =>
  (await listUsers(system.partner(tenantId), {})).items.map((user) => user.userName);

/** The context of a POST whose key was taken. */
async function take(key: string, tenantId: TenantId): Promise<ControlContext> {
  const start = await begin(key);
  if (start.kind !== 'go') throw new Error('expected a fresh key');
  return { ...system.partner(tenantId), idempotency: { id: start.id, status: 201 } };
}

test('PLT-051 the stored reply comes back; another body, path or method is refused', async () => {
  const tenant = await system.tenant();
  const ctx = await take('k1', tenant.id);
  expect(await codeOf(begin('k1'))).toBe('idempotency_in_progress');
  const user = await createUser(ctx, input);
  expect(await begin('k1')).toEqual({ kind: 'replay', status: 201, body: user });
  for (const other of [{ bodyHash: 'h2' }, { path: '/v1/lines' }, { method: 'PUT' }])
    expect(await codeOf(begin('k1', other))).toBe('idempotency_key_reused');
  expect((await begin('k1', { caller: 'key_b', bodyHash: 'h2' })).kind).toBe('go');
});

test('PLT-051 of many at the same moment exactly one goes', async () => {
  const results = await Promise.all(Array.from({ length: 12 }, () => codeOf(begin('k2'))));
  expect(results.filter((code) => code === 'fine')).toHaveLength(1);
  expect(results.filter((code) => code === 'idempotency_in_progress')).toHaveLength(11);
});

test('PLT-051 killed before its commit: the next one takes over and does it once', async () => {
  const tenant = await system.tenant();
  const first = await take('k3', tenant.id);
  const killed = createUser(
    { ...first, hasher: { ...first.hasher, hash: () => Promise.reject(new Error('killed')) } },
    { ...input, password: 'lang-genug' },
  );
  await expect(killed).rejects.toThrow('killed');
  expect(await codeOf(begin('k3'))).toBe('idempotency_in_progress');
  system.clock.advance(idempotencyLockMs + 1_000);
  const second = await take('k3', tenant.id);
  await createUser(second, input);
  expect(await names(tenant.id)).toEqual(['admin', 'anna']);
});

test('PLT-051 killed after its commit: the reply stands already', async () => {
  const tenant = await system.tenant();
  const user = await createUser(await take('k4', tenant.id), input);
  system.clock.advance(idempotencyLockMs + 1_000);
  expect(await begin('k4')).toEqual({ kind: 'replay', status: 201, body: user });
});

test('PLT-051 a slow request and the one that took over: one change, the other is undone', async () => {
  const tenant = await system.tenant();
  const slow = await take('k5', tenant.id);
  system.clock.advance(idempotencyLockMs + 1_000);
  const heir = await take('k5', tenant.id);
  await createUser(heir, input);
  expect(await codeOf(createUser(slow, { ...input, userName: 'zweite' }))).toBe(
    'idempotency_in_progress',
  );
  expect(await names(tenant.id)).toEqual(['admin', 'anna']);
});

test('a refusal is kept, a failure of ours frees the key, and after seven days all is forgotten', async () => {
  const refused = await begin('k6');
  if (refused.kind === 'go') await keepRefusal(system.platform, refused.id, 409, { code: 'x' });
  expect(await begin('k6')).toEqual({ kind: 'replay', status: 409, body: { code: 'x' } });
  const failed = await begin('k7');
  if (failed.kind === 'go') await abandonIdempotent(system.platform, failed.id);
  expect((await begin('k7')).kind).toBe('go');
  system.clock.advance(8 * 24 * 3600 * 1000);
  expect((await begin('k6', { bodyHash: 'h9' })).kind).toBe('go');
  expect(await sweepIdempotencyKeys(system.platform)).toBeGreaterThan(0);
  expect(await sweepIdempotencyKeys(system.platform)).toBe(0);
});
