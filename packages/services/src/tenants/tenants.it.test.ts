import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { newId, type TenantId } from '@trunkline/contracts/ids.ts';
import { partners } from '@trunkline/database/control/partners.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginIdempotent } from '../idempotency/idempotency.ts';
import { loadDataKeys } from '../keys/key-store.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { listUsers } from '../users/list-users.ts';
import { createTenant } from './create-tenant.ts';
import { enterTenant } from './enter-tenant.ts';
import { getTenant } from './get-tenant.ts';
import { listTenants } from './list-tenants.ts';
import { putTenantByReference } from './put-tenant-by-reference.ts';
import { routeAlias, routeDomain } from './route.ts';
import { resumeTenant, suspendTenant } from './suspension.ts';
import { updateTenant } from './update-tenant.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

const body = (alias: string, over: Record<string, unknown> = {}) => ({
  alias,
  displayName: 'Musterfirma',
  firstAdmin: { userName: 'admin', displayName: 'Admin' },
  ...over,
});
const codes = (results: PromiseSettledResult<unknown>[]) =>
  results
    .map((one) =>
      one.status === 'fulfilled'
        ? 'made'
        : one.reason instanceof TrunklineError
          ? one.reason.code
          : String(one.reason),
    )
    .sort();
const operator = () => system.as({ kind: 'system', name: 'operator' });

test('a tenant gets alias, presence domain, key and first owner', async () => {
  const tenant = await system.tenant({ alias: 'firma-eins' });
  expect(tenant).toMatchObject({
    alias: 'firma-eins',
    presenceDomain: 'firma-eins.trunkline.test',
    state: 'trial',
    region: 'eu',
    partnerId: system.installation.partnerId,
  });
  expect(await loadDataKeys(system.platform.db.operator, tenant.id)).toHaveLength(1);
  const { items } = await listUsers(system.partner(tenant.id), {});
  expect(items).toMatchObject([
    { userName: 'admin', identity: 'admin@firma-eins.trunkline.test', roles: ['owner'] },
  ]);
});

test('PLT-007 PLT-013 of parallel claims of one name exactly one wins, whatever its case', async () => {
  const results = await Promise.allSettled(
    ['firma-zwei', 'FIRMA-zwei', ' Firma-Zwei '].map((alias) =>
      createTenant(system.partner(), body(alias)),
    ),
  );
  expect(codes(results)).toEqual(['alias_taken', 'alias_taken', 'made']);
  const { router } = system.platform.db;
  expect((await routeAlias(router, 'FIRMA-ZWEI '))?.tenantId).toBeDefined();
  expect((await routeDomain(router, 'Firma-Zwei.Trunkline.Test'))?.tenantId).toBe(
    (await routeAlias(router, 'firma-zwei'))?.tenantId,
  );
});

test('PLT-013 reserved and malformed aliases are refused', async () => {
  for (const alias of ['api', 'ab', '-abc', 'abc-', 'a b c', 'ä'.repeat(4)])
    await expect(createTenant(system.partner(), body(alias))).rejects.toMatchObject({
      code: 'invalid_request',
    });
});

test('PLT-046 a partner sees its subtree; a sibling’s tenant does not exist', async () => {
  const child = newId('partner');
  const sibling = newId('partner');
  const parentId = system.installation.partnerId;
  await system.platform.db.operator.insert(partners).values([
    { id: child, name: 'Below', parentId, depth: 2 },
    { id: sibling, name: 'Beside' },
  ]);
  const key = (partnerId: typeof child, tenantId?: TenantId) => {
    const ctx = system.partner(tenantId);
    return { ...ctx, principal: { ...ctx.principal, partnerId } } as typeof ctx;
  };
  const below = await createTenant(key(child), body('unter-uns'));
  const beside = await createTenant(key(sibling), body('neben-uns'));
  expect((await getTenant(system.partner(), below.id)).id).toBe(below.id);
  const refused = { code: 'not_found' };
  await expect(getTenant(system.partner(), beside.id)).rejects.toMatchObject(refused);
  await expect(getTenant(key(child), beside.id)).rejects.toMatchObject(refused);
  await expect(updateTenant(key(sibling), below.id, { displayName: 'x' })).rejects.toMatchObject(
    refused,
  );
  const principal = system.partner().principal;
  await expect(enterTenant(system.platform, principal, beside.id)).rejects.toMatchObject(refused);
  expect(await enterTenant(system.platform, principal, below.id)).toBe(below.id);
  expect((await listTenants(key(sibling), {})).items.map((one) => one.id)).toEqual([beside.id]);
  expect((await listTenants(key(child), {})).items.map((one) => one.id)).toEqual([below.id]);
});

test('PLT-050 a list pages by cursor in stable order', async () => {
  const all = (await listTenants(system.partner(), { limit: 200 })).items.map((one) => one.id);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listTenants(system.partner(), { limit: 1, cursor });
    seen.push(...page.items.map((one) => one.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual(all);
  for (const wrong of ['x', 'W10', '!!!'])
    await expect(listTenants(system.partner(), { cursor: wrong })).rejects.toMatchObject({
      code: 'invalid_request',
    });
});

test('PLT-015 a tenant suspended for two reasons works again when both are gone', async () => {
  const { id } = await system.tenant();
  const partner = system.partner();
  expect(await suspendTenant(partner, id, { reason: 'payment' })).toMatchObject({
    state: 'suspended',
  });
  await suspendTenant(operator(), id, { reason: 'abuse' });
  expect(await resumeTenant(partner, id, { reason: 'payment' })).toMatchObject({
    state: 'suspended',
  });
  await expect(resumeTenant(partner, id, { reason: 'abuse' })).rejects.toMatchObject({
    code: 'missing_scope',
  });
  expect(await resumeTenant(operator(), id, { reason: 'abuse' })).toMatchObject({ state: 'trial' });
  await expect(resumeTenant(partner, id, { reason: 'payment' })).rejects.toMatchObject({
    code: 'illegal_transition',
  });
});

test('PLT-015 a purged tenant is not resumed nor suspended', async () => {
  const { id } = await system.tenant();
  await system.platform.db.operator
    .update(tenants)
    .set({ state: 'purged' })
    .where(eq(tenants.id, id));
  for (const change of [suspendTenant, resumeTenant])
    await expect(change(operator(), id, { reason: 'payment' })).rejects.toMatchObject({
      code: 'illegal_transition',
    });
});

test('PLT-050 an update with a stale version is refused', async () => {
  const { id } = await system.tenant();
  const ctx = system.partner();
  expect(await updateTenant(ctx, id, { displayName: 'Neu' }, '"1"')).toMatchObject({
    displayName: 'Neu',
    version: 2,
  });
  await expect(updateTenant(ctx, id, { displayName: 'Alt' }, '"1"')).rejects.toMatchObject({
    code: 'precondition_failed',
  });
  expect(await updateTenant(ctx, id, { legalName: null }, '*')).toMatchObject({ version: 3 });
});

test('PLT-051 put by reference creates once, repeats without effect and brings the record up', async () => {
  const put = (over = {}) =>
    putTenantByReference(system.partner(), 'kunde-7', body('kunde-sieben', over));
  const first = await put();
  const second = await put();
  expect([first.created, second.created]).toEqual([true, false]);
  expect(second.tenant).toEqual(first.tenant);
  expect((await put({ displayName: 'Anders' })).tenant).toMatchObject({
    id: first.tenant.id,
    displayName: 'Anders',
    version: 2,
  });
  await expect(
    putTenantByReference(system.partner(), 'kunde-7', body('anderer-alias')),
  ).rejects.toMatchObject({ code: 'invalid_request' });
});

test('PLT-016 a step that fails is named, and the same request continues there', async () => {
  const start = await beginIdempotent(system.platform, {
    caller: 'test',
    key: 'k1',
    method: 'POST',
    path: '/v1/tenants',
    bodyHash: 'x',
  });
  if (start.kind !== 'go') throw new Error('expected a fresh key');
  const ctx = { ...system.partner(), idempotency: { id: start.id, status: 201 } };
  const broken = {
    ...ctx,
    keyring: { ...ctx.keyring, rotate: () => Promise.reject(new Error('no key service')) },
  };
  await expect(createTenant(broken, body('halb-fertig'))).rejects.toThrow('no key service');
  const row = async () => {
    const rows = await system.platform.db.operator
      .select()
      .from(tenants)
      .where(eq(tenants.alias, 'halb-fertig'));
    return rows[0];
  };
  const begun = await row();
  expect(begun).toMatchObject({
    state: 'provisioning',
    provisioningStep: 'data_key',
    provisioningError: 'internal',
  });
  const tenant = await createTenant(ctx, body('halb-fertig'));
  expect(tenant).toMatchObject({ id: begun?.id, state: 'trial' });
  expect(await row()).toMatchObject({ provisioningStep: null, provisioningInput: null });
  expect(await loadDataKeys(system.platform.db.operator, tenant.id)).toHaveLength(1);
});

test('PLT-016 a crash between two steps makes no second key and no second owner', async () => {
  const reserved = await system.tenant({ alias: 'absturz' });
  // As after a crash that lost only the note that the steps were done.
  await system.platform.db.operator
    .update(tenants)
    .set({
      state: 'provisioning',
      provisioningStep: 'data_key',
      externalReference: 'absturz',
      provisioningInput: {
        firstAdmin: {
          id: newId('user'),
          userName: 'admin',
          displayName: 'Admin',
          email: null,
          passwordHash: null,
        },
      },
    })
    .where(eq(tenants.id, reserved.id));
  const { tenant } = await putTenantByReference(system.partner(), 'absturz', body('absturz'));
  expect(tenant).toMatchObject({ id: reserved.id, state: 'trial' });
  expect(await loadDataKeys(system.platform.db.operator, tenant.id)).toHaveLength(1);
  expect((await listUsers(system.partner(tenant.id), {})).items).toHaveLength(1);
});

test('PLT-052 a missing scope is refused by name', async () => {
  await expect(
    createTenant(system.partner(undefined, ['tenants:read']), body('ohne-recht')),
  ).rejects.toMatchObject({ code: 'missing_scope', scope: 'tenants:write' });
});
