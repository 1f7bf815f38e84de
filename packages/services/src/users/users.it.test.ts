import type { UserId } from '@trunkline/contracts/ids.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { audit } from '@trunkline/database/tenant/records.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { createUser } from './create-user.ts';
import { deleteUser } from './delete-user.ts';
import { getUser } from './get-user.ts';
import { listUsers } from './list-users.ts';
import { setPassword } from './set-password.ts';
import { updateUser } from './update-user.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

const owner = async (tenantId: Parameters<TestPlatform['partner']>[0] & string) => {
  const { items } = await listUsers(system.partner(tenantId), {});
  const found = items.find((user) => user.roles.includes('owner'));
  if (!found) throw new Error('no owner');
  return found;
};

test('PLT-006 the identity is user name and presence domain, once per tenant', async () => {
  const tenant = await system.tenant({ alias: 'domaene' });
  const user = await system.member(tenant.id, { userName: 'Frau.Mustermann' });
  expect(user.identity).toBe('frau.mustermann@domaene.trunkline.test');
  await expect(system.member(tenant.id, { userName: 'frau.mustermann' })).rejects.toMatchObject({
    code: 'already_exists',
    errors: [{ pointer: '/userName' }],
  });
  const other = await system.tenant();
  expect((await system.member(other.id, { userName: 'frau.mustermann' })).id).not.toBe(user.id);
});

test('PLT-048 the last active owner can be neither demoted, disabled nor deleted', async () => {
  const { id: tenantId } = await system.tenant();
  const ctx = system.partner(tenantId);
  const { id } = await owner(tenantId);
  const refused = { code: 'last_owner' };
  await expect(updateUser(ctx, id, { roles: ['admin'] })).rejects.toMatchObject(refused);
  await expect(updateUser(ctx, id, { enabled: false })).rejects.toMatchObject(refused);
  await expect(deleteUser(ctx, id)).rejects.toMatchObject(refused);
  expect(await updateUser(ctx, id, { displayName: 'Immer noch' })).toMatchObject({
    roles: ['owner'],
  });
});

test('PLT-048 two owners who remove each other at the same moment leave one', async () => {
  const { id: tenantId } = await system.tenant();
  const ctx = system.partner(tenantId);
  const first = await owner(tenantId);
  const second = await system.member(tenantId, { roles: ['owner'] });
  const results = await Promise.allSettled([
    updateUser(ctx, first.id, { roles: [] }),
    deleteUser(ctx, second.id),
  ]);
  expect(results.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect((await owner(tenantId)).enabled).toBe(true);
});

test('PLT-048 nobody gives rights above the own ones or touches somebody who has more', async () => {
  const { id: tenantId } = await system.tenant();
  const clerk = await system.member(tenantId, { roles: ['user_admin'] });
  const boss = await owner(tenantId);
  const ctx = system.user(tenantId, clerk.id, ['user_admin']);
  const input = { userName: 'neu', displayName: 'Neu' };
  await expect(createUser(ctx, { ...input, roles: ['telephony_admin'] })).rejects.toMatchObject({
    code: 'missing_scope',
  });
  await expect(setPassword(ctx, boss.id, { password: 'uebernahme' })).rejects.toMatchObject({
    code: 'missing_scope',
  });
  await expect(updateUser(ctx, boss.id, { enabled: false })).rejects.toMatchObject({
    code: 'missing_scope',
  });
  await expect(updateUser(ctx, clerk.id, { roles: ['owner'] })).rejects.toMatchObject({
    code: 'missing_scope',
  });
  const admin = await system.member(tenantId, { roles: ['admin'] });
  await expect(
    updateUser(system.user(tenantId, admin.id, ['admin']), admin.id, { roles: ['owner'] }),
  ).rejects.toMatchObject({ code: 'missing_scope' });
  expect((await createUser(ctx, input)).roles).toEqual([]);
});

test('PLT-018 a user of another tenant is not found, and nothing is changed', async () => {
  const here = await system.tenant();
  const there = await system.tenant();
  const foreign = await system.member(there.id);
  const ctx = system.partner(here.id);
  const refused = { code: 'not_found' };
  await expect(getUser(ctx, foreign.id)).rejects.toMatchObject(refused);
  await expect(updateUser(ctx, foreign.id, { enabled: false })).rejects.toMatchObject(refused);
  await expect(deleteUser(ctx, foreign.id)).rejects.toMatchObject(refused);
  await expect(setPassword(ctx, foreign.id, { password: 'uebernahme' })).rejects.toMatchObject(
    refused,
  );
  expect(await getUser(system.partner(there.id), foreign.id)).toEqual(foreign);
});

test('every change is audited with its author, never with a secret', async () => {
  const { id: tenantId } = await system.tenant();
  const user = await system.member(tenantId, { password: 'sehr-geheim' });
  await updateUser(system.partner(tenantId), user.id as UserId, { email: 'a@b.example' });
  await setPassword(system.partner(tenantId), user.id, { password: 'noch-geheimer' });
  const rows = await withTenant(system.platform.db.app, tenantId, (tx) =>
    tx.select().from(audit).orderBy(audit.id),
  );
  expect(rows.map((row) => row.action)).toEqual([
    'user.create',
    'user.create',
    'user.update',
    'user.set_password',
  ]);
  expect(rows.every((row) => row.actorKind === 'api_key')).toBe(true);
  expect(JSON.stringify(rows)).not.toMatch(/geheim|a@b/);
});

test('PLT-050 an update with a stale version is refused and changes nothing', async () => {
  const { id: tenantId } = await system.tenant();
  const ctx = system.partner(tenantId);
  const user = await system.member(tenantId);
  await updateUser(ctx, user.id, { displayName: 'Zwei' }, '"1"');
  await expect(updateUser(ctx, user.id, { displayName: 'Drei' }, '"1"')).rejects.toMatchObject({
    code: 'precondition_failed',
  });
  expect((await getUser(ctx, user.id)).displayName).toBe('Zwei');
  await expect(deleteUser(ctx, user.id, '"1"')).rejects.toMatchObject({
    code: 'precondition_failed',
  });
});
