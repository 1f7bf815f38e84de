import { newId } from '@trunkline/contracts/ids.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { audit } from '@trunkline/database/tenant/records.ts';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLine } from '../lines/create-line.ts';
import { deleteLine } from '../lines/delete-line.ts';
import { getLine } from '../lines/get-line.ts';
import { updateLine } from '../lines/update-line.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { createLineGroup } from './create-line-group.ts';
import { deleteLineGroup } from './delete-line-group.ts';
import { getLineGroup } from './get-line-group.ts';
import { updateLineGroup } from './update-line-group.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

async function trunk(kind: string) {
  const made = await system.equipped();
  const group = await createLineGroup(made.ctx, {
    name: 'Trunk',
    kind,
    registrarHost: 'pbx.example',
    locationId: made.location.id,
  });
  return {
    ...made,
    group,
    add: (number: string, over = {}) =>
      createLine(made.ctx, { lineGroupId: group.id, userName: number, number, ...over }),
    mark: async () => (await getLineGroup(made.ctx, group.id)).registerLineId,
  };
}

describe.each(['trunk_registered', 'trunk_static'])('the Register mark of a %s', (kind) => {
  test('LIN-056 LIN-057 goes to the first used line and moves when another is ticked', async () => {
    const { ctx, group, add, mark } = await trunk(kind);
    expect(await mark()).toBeNull();
    await add('29', { useLine: false });
    expect(await mark()).toBeNull();
    const [first, second] = [await add('30'), await add('31')];
    expect(await mark()).toBe(first.id);
    const moved = await updateLineGroup(ctx, group.id, { registerLineId: second.id });
    expect(moved.registerLineId).toBe(second.id);
    expect(await mark()).toBe(second.id);
  });

  test('open point 12: its line stays while the trunk has others, and goes as the last one', async () => {
    const { ctx, add, mark } = await trunk(kind);
    const [first, second] = [await add('30'), await add('31')];
    const refused = { code: 'still_in_use' };
    await expect(deleteLine(ctx, first.id)).rejects.toMatchObject(refused);
    await expect(updateLine(ctx, first.id, { useLine: false })).rejects.toMatchObject(refused);
    expect((await updateLine(ctx, first.id, { journal: false })).useLine).toBe(true);
    await deleteLine(ctx, second.id);
    await updateLine(ctx, first.id, { useLine: false });
    expect(await mark()).toBeNull();
    await updateLine(ctx, first.id, { useLine: true });
    expect(await mark()).toBe(first.id);
    await deleteLine(ctx, first.id);
    expect(await mark()).toBeNull();
  });

  test('lines added side by side make one mark', async () => {
    const { add, mark } = await trunk(kind);
    const made = await Promise.all(['30', '31', '32', '33'].map((number) => add(number)));
    expect(made.map((line) => line.id)).toContain(await mark());
  });
});

test('the mark is for used lines of this trunk only, and none where lines register one by one', async () => {
  const { ctx, group, add, location, mark } = await trunk('trunk_registered');
  const unused = await add('29', { useLine: false });
  const line = await add('30');
  const other = await createLineGroup(ctx, {
    name: 'Other',
    registrarHost: 'pbx.example',
    locationId: location.id,
  });
  const refused = { code: 'invalid_request', errors: [{ pointer: '/registerLineId' }] };
  for (const id of [unused.id, newId('line')])
    await expect(updateLineGroup(ctx, group.id, { registerLineId: id })).rejects.toMatchObject(
      refused,
    );
  await expect(updateLineGroup(ctx, other.id, { registerLineId: line.id })).rejects.toMatchObject(
    refused,
  );
  await updateLineGroup(ctx, group.id, { kind: 'registration' });
  expect(await mark()).toBeNull();
  await updateLineGroup(ctx, group.id, { kind: 'trunk_static' });
  expect(await mark()).toBe(line.id);
});

test('LIN-003 a group made from a template has its presets where the body says nothing', async () => {
  const { ctx, location } = await system.equipped();
  const body = { name: 'SBC', registrarHost: 'sbc.example', locationId: location.id };
  const made = await createLineGroup(ctx, { ...body, template: 'audiocodes-mediant' });
  expect(made).toMatchObject({
    template: 'audiocodes-mediant@1',
    kind: 'trunk_static',
    transport: 'tls',
    registrarPort: 5061,
    warnings: [{ code: 'no_peer_address', pointer: '/peerAddresses' }],
  });
  const own = await createLineGroup(ctx, {
    ...body,
    name: 'Own',
    template: 'audiocodes-mediant@1',
    registrarPort: 5060,
    peerAddresses: ['192.0.2.7'],
  });
  expect(own).toMatchObject({ registrarPort: 5060, warnings: [{ code: 'port_unusual' }] });
  await expect(createLineGroup(ctx, { ...body, template: 'none@1' })).rejects.toMatchObject({
    code: 'invalid_request',
    errors: [{ pointer: '/template' }],
  });
});

test('LIN-074 LIN-076 PCMA stays, and an HD codec brings opus for the clients', async () => {
  const { ctx, group } = await system.equipped();
  await expect(updateLineGroup(ctx, group.id, { pbxCodecs: ['G722'] })).rejects.toMatchObject({
    code: 'invalid_request',
  });
  const changed = await updateLineGroup(ctx, group.id, { pbxCodecs: ['G722', 'PCMA'] });
  expect(changed.clientCodecs).toEqual(['opus', 'PCMA', 'PCMU']);
});

test('certificates: own ones are required when they are to be checked; unchecked is audited', async () => {
  const { ctx, group, tenant } = await system.equipped();
  await expect(updateLineGroup(ctx, group.id, { tlsVerify: 'custom' })).rejects.toMatchObject({
    errors: [{ pointer: '/trustedCa' }],
  });
  await expect(updateLineGroup(ctx, group.id, { trustedCa: 'x' })).rejects.toMatchObject({
    errors: [{ pointer: '/trustedCa' }],
  });
  const changed = await updateLineGroup(ctx, group.id, { transport: 'tls', tlsVerify: 'none' });
  expect(changed.warnings.map((one) => one.code)).toEqual(['port_unusual', 'tls_unchecked']);
  const rows = await withTenant(system.platform.db.app, tenant.id, (tx) =>
    tx.select().from(audit).where(eq(audit.action, 'line_group.update')),
  );
  expect(rows.at(-1)?.changes).toMatchObject({ tlsVerify: 'none' });
});

test('LIN-017 a target nobody monitors is warned of unless it is the last', async () => {
  const { ctx, group } = await system.equipped();
  const line = await createLine(ctx, { lineGroupId: group.id, userName: '30', number: '30' });
  await createLine(ctx, { lineGroupId: group.id, userName: '31', number: '31' });
  const list = (...numbers: string[]) =>
    updateLine(ctx, line.id, { forwardList: numbers.map((number) => ({ number })) });
  expect((await list('31', '0171 123', '31')).warnings).toEqual([
    { code: 'forward_target_unmonitored', pointer: '/forwardList/1/number' },
  ]);
  expect((await list('31', '+49 30 12345-31', '0171 123')).warnings).toEqual([]);
  expect((await getLine(ctx, line.id)).warnings).toEqual([]);
});

test('LIN-008 an exchange line belongs to nobody', async () => {
  const { ctx, group, tenant } = await system.equipped();
  const line = await createLine(ctx, { lineGroupId: group.id, userName: '30', number: '30' });
  await system.member(tenant.id, { phones: [{ slot: 'business', number: '30' }] });
  expect((await getLine(ctx, line.id)).users).toHaveLength(1);
  expect((await updateLine(ctx, line.id, { isTrunkLine: true })).users).toEqual([]);
  expect((await updateLine(ctx, line.id, { isTrunkLine: false })).users).toHaveLength(1);
});

test('LIN-079 LIN-080 on one node an address belongs to the trunk of one tenant', async () => {
  const [here, there] = [await system.equipped(), await system.equipped()];
  const trunkOf = (office: typeof here, name: string, peerAddresses: string[]) =>
    createLineGroup(office.ctx, {
      name,
      kind: 'trunk_static',
      registrarHost: 'pbx.example',
      locationId: office.location.id,
      peerAddresses,
    });
  const taken = { code: 'already_exists', errors: [{ pointer: '/peerAddresses' }] };
  const own = await trunkOf(here, 'A', ['203.0.113.0/26', '2001:db8:1::/64']);
  // A second trunk of the same tenant may be behind the same address.
  await trunkOf(here, 'B', ['203.0.113.9']);
  for (const range of ['203.0.113.9', '203.0.113.0/24', '2001:db8:1::5'])
    await expect(trunkOf(there, range, [range])).rejects.toMatchObject(taken);
  const other = await trunkOf(there, 'C', ['203.0.113.200']);
  const move = (kind: string) =>
    updateLineGroup(there.ctx, other.id, { kind, peerAddresses: ['203.0.113.9'] });
  await expect(move('trunk_static')).rejects.toMatchObject(taken);
  expect((await getLineGroup(there.ctx, other.id)).peerAddresses).toEqual(['203.0.113.200']);
  expect((await move('trunk_registered')).peerAddresses).toEqual(['203.0.113.9']);
  await expect(
    updateLineGroup(there.ctx, other.id, { kind: 'trunk_static' }),
  ).rejects.toMatchObject(taken);
  await deleteLineGroup(here.ctx, own.id);
  await trunkOf(there, 'D', ['203.0.113.10']);
  const race = await Promise.allSettled([
    trunkOf(here, 'E', ['198.51.100.1']),
    trunkOf(there, 'F', ['198.51.100.1']),
  ]);
  expect(race.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
});
