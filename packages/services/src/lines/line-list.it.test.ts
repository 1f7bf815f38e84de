import { type LineId, newId, type TenantId } from '@trunkline/contracts/ids.ts';
import type { LineState } from '@trunkline/contracts/lines.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ingestEvents } from '../ingest/ingest-events.ts';
import { createLineGroup } from '../line-groups/create-line-group.ts';
import { updateLineGroup } from '../line-groups/update-line-group.ts';
import { createLocation } from '../locations/create-location.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { readTenantConfig } from '../node-config/tenant-config.ts';
import { createLine } from './create-line.ts';
import { createLines } from './create-lines.ts';
import { deleteLine } from './delete-line.ts';
import { exportLines } from './export-lines.ts';
import { getLine } from './get-line.ts';
import { importLines } from './import-lines.ts';
import { listLines } from './list-lines.ts';
import { updateLine } from './update-line.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

let seq = 0;
async function report(tenant: TenantId, lineId: LineId, state: LineState['state']) {
  seq += 1;
  const at = new Date().toISOString();
  const reason = { category: 'none', sipCode: null, text: '' };
  const { stored } = await ingestEvents(system.platform, system.node.id, [
    {
      ...{ id: newId('event'), tenant, call: null, node: system.node.id },
      ...{ bootEpoch: 1_790_000_000_000, seq, occurredAt: at, schema: 1, type: 'line.state' },
      data: { lineId, state: { state, reason, since: at, nextAttemptAt: null } },
    },
  ]);
  expect(stored).toBe(1);
}

const configOf = (tenantId: TenantId) =>
  withTenant(system.platform.db.worker, tenantId, (tx) =>
    readTenantConfig(tx, tenantId, system.node.id, new Date()),
  );

test('LIN-001 the list is filtered by group, state, location and owner, and all of them', async () => {
  const { ctx, tenant, group, location } = await system.equipped();
  const munich = await createLocation(ctx, {
    name: 'Munich',
    countryCode: '49',
    areaCode: '89',
    exchangeType: 'msn',
  });
  const second = await createLineGroup(ctx, {
    name: 'PBX 2',
    registrarHost: 'pbx.example',
    locationId: location.id,
    locationMode: 'line',
  });
  const user = await system.member(tenant.id, { phones: [{ slot: 'business', number: '31' }] });
  const add = (lineGroupId: string, userName: string, over = {}) =>
    createLine(ctx, { lineGroupId, userName, ...over });
  const first = await add(group.id, '30');
  const owned = await add(group.id, '31');
  await add(second.id, '32', { locationId: munich.id });
  await add(second.id, '33');
  await report(tenant.id, first.id, 'open');
  await report(tenant.id, owned.id, 'failed');
  const off = await add(group.id, '34');
  await report(tenant.id, off.id, 'open');
  await updateLine(ctx, off.id, { useLine: false });
  const numbers = async (query: object) =>
    (await listLines(ctx, query)).items.map((line) => line.number);
  expect(await numbers({ lineGroupId: second.id })).toEqual(['32', '33']);
  expect(await numbers({ state: 'open' })).toEqual(['30']);
  expect(await numbers({ state: 'failed' })).toEqual(['31']);
  expect(await numbers({ state: 'uninitialised' })).toEqual(['32', '33', '34']);
  expect(await numbers({ locationId: munich.id })).toEqual(['32']);
  expect(await numbers({ locationId: location.id })).toEqual(['30', '31', '33', '34']);
  expect(await numbers({ userId: user.id })).toEqual(['31']);
  expect(await numbers({ userId: user.id, state: 'open' })).toEqual([]);
  const page = await listLines(ctx, { locationId: location.id, limit: 3 });
  expect(await numbers({ locationId: location.id, cursor: page.nextCursor })).toEqual(['34']);
  await expect(listLines(ctx, { state: 'green' })).rejects.toMatchObject({
    code: 'invalid_request',
  });
});

test('LIN-007 a line in use goes to the node and to its user, one that is not does neither', async () => {
  const { ctx, tenant, group } = await system.equipped();
  await system.member(tenant.id, { phones: [{ slot: 'business', number: '30' }] });
  const { id } = await createLine(ctx, { lineGroupId: group.id, userName: '30' });
  await report(tenant.id, id, 'open');
  const opened = async () =>
    (await configOf(tenant.id))?.lineGroups.flatMap(({ lines }) => lines.map((line) => line.id));
  const seen = async () => {
    const { users, state } = await getLine(ctx, id);
    return [users.length, state.state, await opened()];
  };
  expect(await seen()).toEqual([1, 'open', [id]]);
  await updateLine(ctx, id, { useLine: false });
  expect(await seen()).toEqual([0, 'uninitialised', []]);
  await updateLine(ctx, id, { useLine: true });
  expect(await seen()).toEqual([1, 'open', [id]]);
});

test('LIN-022 settings of a group hold for all its lines, and a line is of one group', async () => {
  const { ctx, tenant, group } = await system.equipped();
  await createLines(ctx, { lineGroupId: group.id, userNames: '30-32' });
  await updateLineGroup(ctx, group.id, {
    journal: false,
    hideRejectButton: true,
    transport: 'tcp',
  });
  const config = await configOf(tenant.id);
  expect(config?.lineGroups).toHaveLength(1);
  expect(config?.lineGroups[0]).toMatchObject({
    journal: false,
    hideRejectButton: true,
    transport: 'tcp',
  });
  expect(config?.lineGroups[0]?.lines.map(({ number }) => number)).toEqual(['30', '31', '32']);
  const [line] = (await listLines(ctx, {})).items;
  const other = await createLineGroup(ctx, {
    name: 'Other',
    registrarHost: 'pbx.example',
    locationId: group.locationId,
  });
  await expect(
    updateLine(ctx, line?.id as LineId, { lineGroupId: other.id }),
  ).rejects.toMatchObject({ code: 'invalid_request' });
});

test('LIN-038 the name of a group is free text, and there once in a tenant', async () => {
  const { ctx, group } = await system.equipped();
  const named = (name: string) =>
    createLineGroup(ctx, { name, registrarHost: 'pbx.example', locationId: group.locationId });
  const taken = {
    code: 'already_exists',
    errors: [{ pointer: '/name', message: 'already taken' }],
  };
  const second = await named('Zentrale „Süd“ (2. OG) / Asterisk');
  expect(second.name).toBe('Zentrale „Süd“ (2. OG) / Asterisk');
  await expect(named(group.name)).rejects.toMatchObject(taken);
  await expect(updateLineGroup(ctx, second.id, { name: group.name })).rejects.toMatchObject(taken);
  // Tenants do not see each other's names.
  const elsewhere = await system.equipped();
  expect(elsewhere.group.name).toBe(group.name);
});

test.each(['registration', 'trunk_registered', 'trunk_static'])(
  'LIN-048 each registration or number of a %s is one line, with its own user, state and forwarding',
  async (kind) => {
    const { ctx, tenant, location } = await system.equipped();
    const group = await createLineGroup(ctx, {
      name: 'Numbers',
      kind,
      registrarHost: 'pbx.example',
      locationId: location.id,
    });
    const user = await system.member(tenant.id, { phones: [{ slot: 'phone1', number: '32' }] });
    await createLines(ctx, { lineGroupId: group.id, userNames: '30-34' });
    const { items } = await listLines(ctx, { lineGroupId: group.id });
    expect(items.map(({ number }) => number)).toEqual(['30', '31', '32', '33', '34']);
    expect(new Set(items.map(({ id }) => id)).size).toBe(5);
    expect(items.map(({ users }) => users[0]?.userId)).toEqual([
      ...[undefined, undefined, user.id, undefined, undefined],
    ]);
    await report(tenant.id, items[1]?.id as LineId, 'failed');
    const states = (await listLines(ctx, { lineGroupId: group.id })).items;
    expect(states.filter(({ state }) => state.state === 'failed')).toHaveLength(1);
  },
);

test('LIN-055 the registrations of a group are listed, added, changed, deleted, imported, exported', async () => {
  const { ctx, group } = await system.equipped();
  const names = async () =>
    (await listLines(ctx, { lineGroupId: group.id })).items.map(({ userName }) => userName);
  const line = await createLine(ctx, { lineGroupId: group.id, userName: '30' });
  await importLines(ctx, group.id, new TextEncoder().encode('31\n32,auth32,secret,\n'));
  expect(await names()).toEqual(['30', '31', '32']);
  await updateLine(ctx, line.id, { userName: '39', number: '39' });
  const [, second] = (await listLines(ctx, { lineGroupId: group.id })).items;
  await deleteLine(ctx, second?.id as LineId);
  expect(await names()).toEqual(['39', '32']);
  const rows = (await exportLines(ctx, group.id, {})).trim().split(/\r?\n/);
  expect(rows.map((row) => row.split(',').slice(0, 2))).toEqual([
    ['39', ''],
    ['32', 'auth32'],
  ]);
});
