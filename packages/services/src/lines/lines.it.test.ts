import { newId } from '@trunkline/contracts/ids.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { outbox } from '@trunkline/database/tenant/records.ts';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLineGroup } from '../line-groups/create-line-group.ts';
import { deleteLineGroup } from '../line-groups/delete-line-group.ts';
import { updateLineGroup } from '../line-groups/update-line-group.ts';
import { createLocation } from '../locations/create-location.ts';
import { deleteLocation } from '../locations/delete-location.ts';
import { updateLocation } from '../locations/update-location.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { getUser } from '../users/get-user.ts';
import { updateUser } from '../users/update-user.ts';
import { normalisePhone } from './binding.ts';
import { createLine } from './create-line.ts';
import { deleteLine } from './delete-line.ts';
import { getLine } from './get-line.ts';
import { openLinePassword } from './line-password.ts';
import { listLines } from './list-lines.ts';
import { resetLine } from './reset-line.ts';
import { updateLine } from './update-line.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

const line = (lineGroupId: string, number: string, over: Record<string, unknown> = {}) => ({
  lineGroupId,
  userName: number,
  number,
  ...over,
});

test('LIN-005 LIN-090 a line goes to the user whose number equals it, in any spelling', async () => {
  const { ctx, group, tenant } = await system.equipped();
  const made = await createLine(ctx, line(group.id, '30'));
  for (const number of ['30', '+49301234530', '+49 30 12345-30', '+49 (30) 12345 30']) {
    const user = await system.member(tenant.id, { phones: [{ slot: 'business', number }] });
    expect(user.phones).toMatchObject([{ slot: 'business', number, lineId: made.id }]);
  }
  const others = ['31', '+493012345', '0301234530'];
  for (const number of others) {
    const user = await system.member(tenant.id, { phones: [{ slot: 'business', number }] });
    expect(user.phones[0]?.lineId).toBeNull();
  }
  const mobile = await system.member(tenant.id, { phones: [{ slot: 'mobile', number: '30' }] });
  expect(mobile.phones[0]?.lineId).toBeNull();
  expect((await getLine(ctx, made.id)).users).toHaveLength(4);
});

test('LIN-013 LIN-090 a line with a suffix is bound only by a number ending in it', async () => {
  const { ctx, group, tenant } = await system.equipped();
  const plain = await createLine(ctx, line(group.id, '41'));
  const suffixed = await createLine(ctx, line(group.id, '41', { suffix: 'b' }));
  const bound = async (number: string) =>
    (await system.member(tenant.id, { phones: [{ slot: 'phone1', number }] })).phones[0]?.lineId;
  expect(await bound('41')).toBe(plain.id);
  expect(await bound('41b')).toBe(suffixed.id);
  expect(await bound('+493012345 41b')).toBe(suffixed.id);
});

test('LIN-090 bindings follow every change of number, line, use and location', async () => {
  const { ctx, group, tenant, location } = await system.equipped();
  const phones = [{ slot: 'business', number: '+49301234550' }];
  const user = await system.member(tenant.id, { phones });
  const lineOf = async () => (await getUser(ctx, user.id)).phones[0]?.lineId ?? null;
  const made = await createLine(ctx, line(group.id, '50'));
  expect(await lineOf()).toBe(made.id);
  await updateLine(ctx, made.id, { useLine: false });
  expect(await lineOf()).toBeNull();
  await updateLine(ctx, made.id, { useLine: true });
  expect(await lineOf()).toBe(made.id);
  await updateLocation(ctx, location.id, { baseNumber: '999' });
  expect(await lineOf()).toBeNull();
  await updateLocation(ctx, location.id, { baseNumber: '12345' });
  expect(await lineOf()).toBe(made.id);
  const munich = await createLocation(ctx, {
    name: 'München',
    countryCode: '49',
    areaCode: '89',
    baseNumber: '12345',
    ddiFrom: '10',
    ddiTo: '99',
  });
  await updateLineGroup(ctx, group.id, { locationId: munich.id });
  expect(await lineOf()).toBeNull();
  await updateUser(ctx, user.id, { phones: [{ slot: 'business', number: '+49891234550' }] });
  expect(await lineOf()).toBe(made.id);
  await updateUser(ctx, user.id, { enabled: false });
  expect((await getLine(ctx, made.id)).users).toEqual([]);
  await updateUser(ctx, user.id, { enabled: true });
  await deleteLine(ctx, made.id);
  expect(await lineOf()).toBeNull();
});

test('normalisePhone keeps digits, a leading plus and a line suffix', () => {
  expect(normalisePhone(' +49 (30) 12345-30 ')).toBe('+49301234530');
  expect(normalisePhone('111b')).toBe('111b');
  expect(normalisePhone('030/1234')).toBe('0301234');
});

test('LIN-012 a number may occur once in a group, again in another', async () => {
  const { ctx, group, location } = await system.equipped();
  await createLine(ctx, line(group.id, '60'));
  await expect(createLine(ctx, line(group.id, '60'))).rejects.toMatchObject({
    code: 'already_exists',
  });
  const second = await createLineGroup(ctx, {
    name: 'PBX 2',
    registrarHost: 'pbx.example',
    locationId: location.id,
  });
  expect((await createLine(ctx, line(second.id, '60'))).number).toBe('60');
  expect((await listLines(ctx, { lineGroupId: second.id })).items).toHaveLength(1);
});

test('LIN-052 a password is sealed for its line and never read back', async () => {
  const { ctx, group, tenant } = await system.equipped();
  const made = await createLine(ctx, line(group.id, '70', { password: 'sip-geheim' }));
  expect(made.hasPassword).toBe(true);
  expect(JSON.stringify(made)).not.toContain('geheim');
  const sealed = async () => {
    const rows = await withTenant(system.platform.db.app, tenant.id, (tx) =>
      tx.select({ sealed: lines.sealedPassword }).from(lines).where(eq(lines.id, made.id)),
    );
    return rows[0]?.sealed ?? '';
  };
  const text = await sealed();
  expect(text).not.toContain('geheim');
  const { keyring } = system.platform;
  expect(await openLinePassword(keyring, tenant.id, made.id, text)).toBe('sip-geheim');
  await expect(openLinePassword(keyring, tenant.id, newId('line'), text)).rejects.toThrow();
  expect((await updateLine(ctx, made.id, { journal: false })).hasPassword).toBe(true);
  expect((await updateLine(ctx, made.id, { password: '' })).hasPassword).toBe(false);
});

test('what is still used is not deleted', async () => {
  const { ctx, group, location } = await system.equipped();
  const made = await createLine(ctx, line(group.id, '80'));
  await expect(deleteLocation(ctx, location.id)).rejects.toMatchObject({ code: 'still_in_use' });
  await expect(deleteLineGroup(ctx, group.id)).rejects.toMatchObject({ code: 'still_in_use' });
  await deleteLine(ctx, made.id);
  await deleteLineGroup(ctx, group.id);
  await deleteLocation(ctx, location.id);
});

test('NUM-004 PLT-038 one leading zero of the area code is removed, and only once', async () => {
  const { ctx, location } = await system.equipped();
  expect(location.areaCode).toBe('30');
  const rome = await createLocation(ctx, {
    name: 'Roma',
    countryCode: '39',
    areaCode: '006',
    exchangeType: 'msn',
  });
  expect(rome.areaCode).toBe('06');
  expect(await updateLocation(ctx, rome.id, { name: 'Rom', baseNumber: '1' })).toMatchObject({
    areaCode: '06',
  });
});

test('a location’s rules over several fields hold for what comes out of a change', async () => {
  const { ctx, location } = await system.equipped();
  for (const wrong of [
    { baseNumber: '' },
    { ddiFrom: null },
    { ddiTo: '100' },
    { internalLengthMin: 9 },
  ])
    await expect(updateLocation(ctx, location.id, wrong)).rejects.toMatchObject({
      code: 'invalid_request',
    });
});

test('LIN-020 a reset is passed on to the node, and refused for a line not in use', async () => {
  const { ctx, group, tenant } = await system.equipped();
  const made = await createLine(ctx, line(group.id, '90'));
  await resetLine(ctx, made.id);
  const rows = await withTenant(system.platform.db.worker, tenant.id, (tx) =>
    tx.select().from(outbox).where(eq(outbox.topic, 'line.reset')),
  );
  expect(rows.map((row) => row.payload)).toContainEqual({ lineId: made.id, lineGroupId: group.id });
  await updateLine(ctx, made.id, { useLine: false });
  await expect(resetLine(ctx, made.id)).rejects.toMatchObject({ code: 'illegal_transition' });
});

test('PLT-018 ids of another tenant are not found, also inside a body', async () => {
  const here = await system.equipped();
  const there = await system.equipped();
  const foreign = await createLine(there.ctx, line(there.group.id, '33'));
  const refused = { code: 'not_found' };
  await expect(getLine(here.ctx, foreign.id)).rejects.toMatchObject(refused);
  await expect(updateLine(here.ctx, foreign.id, { number: '34' })).rejects.toMatchObject(refused);
  await expect(deleteLine(here.ctx, foreign.id)).rejects.toMatchObject(refused);
  await expect(resetLine(here.ctx, foreign.id)).rejects.toMatchObject(refused);
  const invalid = { code: 'invalid_request' };
  await expect(createLine(here.ctx, line(there.group.id, '35'))).rejects.toMatchObject(invalid);
  await expect(
    updateLineGroup(here.ctx, here.group.id, { locationId: there.location.id }),
  ).rejects.toMatchObject(invalid);
  expect(await getLine(there.ctx, foreign.id)).toEqual(foreign);
});
