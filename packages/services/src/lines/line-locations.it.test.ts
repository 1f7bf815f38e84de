import type { MediaNodeId, TenantId } from '@trunkline/contracts/ids.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLineGroup } from '../line-groups/create-line-group.ts';
import { getLineGroup } from '../line-groups/get-line-group.ts';
import { updateLineGroup } from '../line-groups/update-line-group.ts';
import { createLocation } from '../locations/create-location.ts';
import { deleteLocation } from '../locations/delete-location.ts';
import { updateLocation } from '../locations/update-location.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { readTenantConfig } from '../node-config/tenant-config.ts';
import { createLine } from './create-line.ts';
import { createLines } from './create-lines.ts';
import { getLine } from './get-line.ts';
import { importLines } from './import-lines.ts';
import { listLines } from './list-lines.ts';
import { updateLine } from './update-line.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

/** A tenant with the catalogue's two sites: Berlin with DDI 30–69, Munich with 70–99. */
async function twoSites(over: Record<string, unknown> = {}) {
  const { ctx, tenant, location: berlin } = await system.equipped();
  await updateLocation(ctx, berlin.id, { ddiFrom: '30', ddiTo: '69' });
  const munich = await createLocation(ctx, {
    name: 'Munich',
    countryCode: '49',
    areaCode: '89',
    baseNumber: '555',
    ddiFrom: '70',
    ddiTo: '99',
  });
  const group = await createLineGroup(ctx, {
    name: 'Both sites',
    registrarHost: 'pbx.example',
    locationId: berlin.id,
    ...over,
  });
  const add = (userName: string, more: Record<string, unknown> = {}) =>
    createLine(ctx, { lineGroupId: group.id, userName, ...more });
  return { ctx, tenant, berlin, munich, group, add };
}
const automatic = { locationMode: 'automatic', numbersAutomatic: true };
const refusedAt = (pointer: string) => ({
  code: 'invalid_request',
  errors: [expect.objectContaining({ pointer })],
});

async function configOf(tenantId: TenantId, nodeId: MediaNodeId) {
  const config = await withTenant(system.platform.db.worker, tenantId, (tx) =>
    readTenantConfig(tx, tenantId, nodeId, new Date()),
  );
  return new Map(
    config?.lineGroups.flatMap(({ lines }) => lines.map((line) => [line.number, line.locationId])),
  );
}

describe('LIN-025 <Automatic>', () => {
  test('puts lines where the DDI ranges put their numbers, and warns of those nobody holds', async () => {
    const { ctx, add, berlin, munich, tenant } = await twoSites(automatic);
    const inMunich = await add('+498955571');
    const inBerlin = await add('35');
    const nowhere = await add('20');
    expect(inMunich).toMatchObject({ settledLocationId: munich.id, warnings: [] });
    expect(inBerlin).toMatchObject({ settledLocationId: berlin.id, warnings: [] });
    expect(nowhere.settledLocationId).toBe(berlin.id);
    expect(nowhere.warnings).toEqual([{ code: 'no_location', pointer: '/locationId' }]);
    const found = await createLines(ctx, { lineGroupId: inBerlin.lineGroupId, userNames: '71' });
    expect(found.added).toBe(1);
    expect(await configOf(tenant.id, system.node.id)).toEqual(
      new Map([
        ['+498955571', munich.id],
        ['35', berlin.id],
        ['20', null],
        ['71', munich.id],
      ]),
    );
  });

  test('lines move when the ranges do, and their users with them', async () => {
    const { ctx, add, berlin, munich, tenant } = await twoSites(automatic);
    const line = await add('69');
    const at = async () => (await getLine(ctx, line.id)).settledLocationId;
    await system.member(tenant.id, { phones: [{ slot: 'business', number: '+498955569' }] });
    expect((await getLine(ctx, line.id)).users).toEqual([]);
    await updateLocation(ctx, berlin.id, { ddiFrom: '30', ddiTo: '68' });
    expect((await getLine(ctx, line.id)).warnings).toMatchObject([{ code: 'no_location' }]);
    await updateLocation(ctx, munich.id, { ddiFrom: '69', ddiTo: '99' });
    expect(await at()).toBe(munich.id);
    expect((await getLine(ctx, line.id)).users).toHaveLength(1);
  });

  test('a site that holds the same extension leaves it undecided, until it goes', async () => {
    const { ctx, add, berlin } = await twoSites(automatic);
    const line = await add('40');
    expect(line.warnings).toEqual([]);
    const hamburg = await createLocation(ctx, {
      name: 'Hamburg',
      countryCode: '49',
      areaCode: '40',
      baseNumber: '777',
      ddiFrom: '30',
      ddiTo: '49',
    });
    expect((await getLine(ctx, line.id)).warnings).toMatchObject([{ code: 'no_location' }]);
    await deleteLocation(ctx, hamburg.id);
    expect(await getLine(ctx, line.id)).toMatchObject({
      settledLocationId: berlin.id,
      warnings: [],
    });
  });

  test('is refused together with numbers by hand, at creation and on change', async () => {
    const { ctx, berlin, group } = await twoSites();
    const refused = refusedAt('/locationMode');
    await expect(
      createLineGroup(ctx, {
        name: 'x',
        registrarHost: 'pbx.example',
        locationId: berlin.id,
        locationMode: 'automatic',
      }),
    ).rejects.toMatchObject(refused);
    await expect(
      updateLineGroup(ctx, group.id, { locationMode: 'automatic' }),
    ).rejects.toMatchObject(refused);
    await updateLineGroup(ctx, group.id, automatic);
    await expect(updateLineGroup(ctx, group.id, { numbersAutomatic: false })).rejects.toMatchObject(
      refused,
    );
    expect(await getLineGroup(ctx, group.id)).toMatchObject(automatic);
  });
});

test('LIN-014 LIN-025 <Ignore>: each line carries its own location', async () => {
  const { ctx, add, munich, berlin, group, tenant } = await twoSites({ locationMode: 'line' });
  const here = await add('71', { locationId: munich.id });
  const none = await add('35');
  expect(here).toMatchObject({ locationId: munich.id, settledLocationId: munich.id, warnings: [] });
  expect(none.warnings).toEqual([{ code: 'no_location', pointer: '/locationId' }]);
  expect(await configOf(tenant.id, system.node.id)).toEqual(
    new Map([
      ['71', munich.id],
      ['35', null],
    ]),
  );
  await expect(deleteLocation(ctx, munich.id)).rejects.toMatchObject({ code: 'still_in_use' });
  await expect(
    updateLine(ctx, none.id, { locationId: 'loc_01jd3zq7w4e6v8t0n5m2k9h3xa' }),
  ).rejects.toMatchObject(refusedAt('/locationId'));
  const moved = await updateLine(ctx, none.id, { locationId: berlin.id });
  expect(moved).toMatchObject({ settledLocationId: berlin.id, warnings: [] });
  // The group says it for all: the line's own location is kept, but does not count.
  await updateLineGroup(ctx, group.id, { locationMode: 'group' });
  expect(await getLine(ctx, here.id)).toMatchObject({
    locationId: munich.id,
    settledLocationId: berlin.id,
  });
});

test('LIN-047 a group without location is not set up', async () => {
  const { ctx, berlin } = await twoSites();
  const wanted = { name: 'x', registrarHost: 'pbx.example' };
  await expect(createLineGroup(ctx, wanted)).rejects.toMatchObject(refusedAt('/locationId'));
  const made = await createLineGroup(ctx, { ...wanted, locationId: berlin.id });
  expect(made).toMatchObject({ locationId: berlin.id, locationMode: 'group' });
});

describe('LIN-024 automatic numbers', () => {
  test('come from the user name and follow it, none is entered by hand', async () => {
    const { ctx, add } = await twoSites({ numbersAutomatic: true });
    const line = await add('35b');
    expect(line).toMatchObject({ number: '35', suffix: 'b' });
    await expect(add('36', { number: '37' })).rejects.toMatchObject(refusedAt('/number'));
    await expect(add('abc_xxx')).rejects.toMatchObject(refusedAt('/userName'));
    await expect(updateLine(ctx, line.id, { number: '40' })).rejects.toMatchObject(
      refusedAt('/number'),
    );
    expect(await updateLine(ctx, line.id, { userName: '+49301234538' })).toMatchObject({
      number: '+49301234538',
      suffix: '',
    });
    const file = new TextEncoder().encode('39\n41,,,42\n');
    expect((await importLines(ctx, line.lineGroupId, file)).rows).toMatchObject([
      { outcome: 'added' },
      { outcome: 'failed', code: 'invalid_request' },
    ]);
  });

  test('switched on they replace what was entered, if every user name is a number', async () => {
    const { ctx, add, group } = await twoSites();
    const line = await add('35', { number: '44', suffix: 'c' });
    const named = await add('abc_xxx', { number: '45' });
    await expect(updateLineGroup(ctx, group.id, { numbersAutomatic: true })).rejects.toMatchObject(
      refusedAt('/numbersAutomatic'),
    );
    await updateLine(ctx, named.id, { userName: '46' });
    await updateLineGroup(ctx, group.id, { numbersAutomatic: true });
    const { items } = await listLines(ctx, { lineGroupId: group.id });
    expect(items.map(({ number, suffix }) => number + suffix)).toEqual(['35c', '46']);
    expect(items[0]?.id).toBe(line.id);
  });
});

test('LIN-054 the number is taken from the user name or entered, DDI or canonical', async () => {
  const { add } = await twoSites();
  expect(await add('35')).toMatchObject({ number: '35', warnings: [] });
  expect(await add('abc_xxx', { number: '+49301234536' })).toMatchObject({
    number: '+49301234536',
    warnings: [],
  });
  await expect(add('abc_yyy')).rejects.toMatchObject(refusedAt('/number'));
  const unfit = [{ code: 'number_unfit', pointer: '/number' }];
  expect((await add('abc_zzz', { number: '71' })).warnings).toEqual(unfit);
  expect((await add('abc_www', { number: '+498955571' })).warnings).toEqual(unfit);
});
