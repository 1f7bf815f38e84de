import { withTenant } from '@trunkline/database/tenancy.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getLineGroup } from '../line-groups/get-line-group.ts';
import { updateLineGroup } from '../line-groups/update-line-group.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { getUser } from '../users/get-user.ts';
import { createLine } from './create-line.ts';
import { createLines } from './create-lines.ts';
import { exportLines } from './export-lines.ts';
import { importLines } from './import-lines.ts';
import { openLinePassword } from './line-password.ts';
import { listLines } from './list-lines.ts';
import { updateLine } from './update-line.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

const bytes = (text: string) => new TextEncoder().encode(text);
const office = () => system.equipped();
type Office = Awaited<ReturnType<typeof office>>;
const linesOf = async ({ ctx, group }: Office) =>
  (await listLines(ctx, { lineGroupId: group.id, limit: 200 })).items;

test('LIN-051 LIN-053 a list with ranges makes the lines, with one password and the placeholder', async () => {
  const here = await office();
  const { ctx, group, tenant } = here;
  const user = await system.member(tenant.id, { phones: [{ slot: 'business', number: '21' }] });
  const result = await createLines(ctx, {
    lineGroupId: group.id,
    userNames: '20-22;007',
    authUserName: 'pbx_<*>_a',
    password: 'gemeinsam',
  });
  expect(result).toMatchObject({ added: 4, skipped: 0, failed: 0 });
  const made = await linesOf(here);
  expect(
    made.map((line) => [line.userName, line.authUserName, line.number, line.hasPassword]),
  ).toEqual(['20', '21', '22', '007'].map((name) => [name, `pbx_${name}_a`, name, true]));
  expect((await getUser(ctx, user.id)).phones[0]?.lineId).toBe(made[1]?.id);
  const [sealed] = await withTenant(system.platform.db.app, tenant.id, (tx) =>
    tx.select().from(lines),
  );
  expect(
    await openLinePassword(
      system.platform.keyring,
      tenant.id,
      sealed?.id ?? '',
      sealed?.sealedPassword ?? '',
    ),
  ).toBe('gemeinsam');
  const again = await createLines(ctx, { lineGroupId: group.id, userNames: '22-23' });
  expect(again.rows.map((row) => [row.userName, row.outcome])).toEqual([
    ['22', 'skipped'],
    ['23', 'added'],
  ]);
});

test('LIN-051 a range that goes down and too many lines are refused, by field', async () => {
  const { ctx, group } = await office();
  for (const [userNames, code] of [
    ['120-100', 'descending_range'],
    ['1--3', 'malformed_range'],
    ['1-1001', 'too_many'],
  ])
    await expect(createLines(ctx, { lineGroupId: group.id, userNames })).rejects.toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/userNames', code }],
    });
});

test('a thousand lines are added at once', async () => {
  const { ctx, group } = await office();
  expect(await createLines(ctx, { lineGroupId: group.id, userNames: '1000-1999' })).toMatchObject({
    added: 1000,
  });
});

test('LIN-059 import only adds: what is there is skipped, also when it differs', async () => {
  const here = await office();
  const { ctx, group } = here;
  const first = await createLine(ctx, {
    lineGroupId: group.id,
    userName: 'abc_xxx',
    number: '49123456781',
  });
  const result = await importLines(
    ctx,
    group.id,
    bytes(
      'abc_xxx,,neu,+49999\nabc_yyy,auth,pw,+49 30 12345-50\n,,pw,\nabc_zzz,,,\nabc_yyy,,,51\nabc_nnn,,,49123456781\n',
    ),
  );
  expect(result).toMatchObject({ added: 1, skipped: 2, failed: 3 });
  expect(
    result.rows.map(({ row, userName, outcome, code }) => [row, userName, outcome, code]),
  ).toEqual([
    [1, 'abc_xxx', 'skipped', 'already_exists'],
    [2, 'abc_yyy', 'added', null],
    [3, null, 'failed', 'invalid_request'],
    [4, 'abc_zzz', 'failed', 'invalid_request'],
    [5, 'abc_yyy', 'skipped', 'already_exists'],
    [6, 'abc_nnn', 'failed', 'already_exists'],
  ]);
  const [unchanged, added, ...rest] = await linesOf(here);
  expect(rest).toEqual([]);
  expect(unchanged).toEqual(first);
  expect(added).toMatchObject({ authUserName: 'auth', number: '+49301234550', hasPassword: true });
});

test('LIN-060 LIN-061 what is exported can be imported into another group as it was', async () => {
  const from = await office();
  for (const userName of ['20', '111b'])
    await importLines(from.ctx, from.group.id, bytes(`${userName},,pw,`));
  const [, parallel] = await linesOf(from);
  expect(parallel).toMatchObject({ number: '111', suffix: 'b' });
  await importLines(from.ctx, from.group.id, bytes('abc_yyy,"a&b",,+4930555\r\n'));
  await updateLine(from.ctx, parallel?.id ?? 'lin_x', { useLine: false });
  const all = await exportLines(from.ctx, from.group.id, {});
  expect(all).toBe('20,,,\r\n111b,,,\r\nabc_yyy,a&b,,+4930555\r\n');
  expect(await exportLines(from.ctx, from.group.id, { onlyActive: 'true' })).toBe(
    '20,,,\r\nabc_yyy,a&b,,+4930555\r\n',
  );
  const to = await office();
  expect(await importLines(to.ctx, to.group.id, bytes(all))).toMatchObject({ added: 3, failed: 0 });
  expect(await exportLines(to.ctx, to.group.id, {})).toBe(all);
});

test('LIN-056 the first of many lines registers their trunk', async () => {
  const here = await office();
  await updateLineGroup(here.ctx, here.group.id, { kind: 'trunk_registered' });
  await createLines(here.ctx, { lineGroupId: here.group.id, userNames: '30-39' });
  const [first] = await linesOf(here);
  expect((await getLineGroup(here.ctx, here.group.id)).registerLineId).toBe(first?.id);
});
