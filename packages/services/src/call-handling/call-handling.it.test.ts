import { newId } from '@trunkline/contracts/ids.ts';
import { nodeTenantConfig } from '@trunkline/contracts/node-config.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { audit, outbox } from '@trunkline/database/tenant/records.ts';
import { verifyConfig } from '@trunkline/platform/config-jws.ts';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { updateLineGroup } from '../line-groups/update-line-group.ts';
import { createLine } from '../lines/create-line.ts';
import { deleteLine } from '../lines/delete-line.ts';
import { getCallHandling } from '../me/get-call-handling.ts';
import { getMe } from '../me/get-me.ts';
import { putCallHandling } from '../me/put-call-handling.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { publishConfig } from '../node-config/publish-config.ts';
import { getLineCallHandling } from './get-line-call-handling.ts';
import { putLineCallHandling } from './put-line-call-handling.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

const none = { always: null, busy: null, noAnswer: null, signedOut: null };
const wanted = {
  doNotDisturb: true,
  forwarding: { ...none, noAnswer: { number: '0171 1234567', seconds: 20 } },
};

async function office() {
  const made = await system.equipped();
  const line = await createLine(made.ctx, {
    lineGroupId: made.group.id,
    userName: '20',
    number: '20',
  });
  const user = await system.member(made.tenant.id, {
    phones: [{ slot: 'business', number: '20' }],
  });
  return { ...made, line, user, me: system.user(made.tenant.id, user.id) };
}

test('LIN-062 a user sets the own line; admin, devices and node see it, the audit names fields only', async () => {
  const { me, line, ctx, tenant } = await office();
  expect(await getCallHandling(me, line.id)).toEqual({ doNotDisturb: false, forwarding: none });
  expect(await putCallHandling(me, line.id, wanted)).toEqual(wanted);
  expect(await getCallHandling(me, line.id)).toEqual(wanted);
  expect(await getLineCallHandling(ctx, line.id)).toEqual(wanted);
  expect((await getMe(me)).lines[0]?.callHandling).toEqual(wanted);
  const document = await publishConfig(system.platform, tenant.id, system.node.id);
  const { payload } = await verifyConfig(document?.jws ?? '', system.installation.configKeys, {
    audience: system.node.id,
  });
  expect(nodeTenantConfig.parse(payload).lineGroups[0]?.lines[0]?.callHandling).toEqual(wanted);
  const rows = await withTenant(system.platform.db.worker, tenant.id, (tx) =>
    tx.select().from(outbox).where(eq(outbox.topic, 'config.changed')),
  );
  expect(rows.length).toBeGreaterThan(0);
  const [noted] = await withTenant(system.platform.db.app, tenant.id, (tx) =>
    tx.select().from(audit).where(eq(audit.action, 'line.call_handling')),
  );
  expect(noted).toMatchObject({
    targetId: line.id,
    changes: { doNotDisturb: true, forwarding: ['noAnswer'] },
  });
  expect(JSON.stringify(noted)).not.toContain('1234567');
});

test('a line that is not one’s own is not found, whoever it belongs to', async () => {
  const { me, ctx, group, tenant } = await office();
  const other = await createLine(ctx, { lineGroupId: group.id, userName: '21', number: '21' });
  const abroad = await office();
  const admin = system.user(tenant.id, (await system.member(tenant.id)).id, ['admin']);
  for (const id of [other.id, abroad.line.id, newId('line')]) {
    await expect(getCallHandling(me, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(putCallHandling(me, id, wanted)).rejects.toMatchObject({ code: 'not_found' });
  }
  expect(await putLineCallHandling(admin, other.id, wanted)).toEqual(wanted);
  await expect(putLineCallHandling(admin, abroad.line.id, wanted)).rejects.toMatchObject({
    code: 'not_found',
  });
});

test.each([
  ['kein Ziel', 'not a number that can be dialled'],
  ['112', 'calls cannot be forwarded to an emergency number'],
  ['0112', 'calls cannot be forwarded to an emergency number'],
  ['*21*112#', 'only feature codes of the line group can be a target'],
])('a target %s is refused by its field', async (always, message) => {
  const { me, line } = await office();
  await expect(
    putCallHandling(me, line.id, { doNotDisturb: false, forwarding: { ...none, always } }),
  ).rejects.toMatchObject({
    code: 'invalid_request',
    errors: [{ pointer: '/forwarding/always', message }],
  });
});

test('LIN-026 what the group has switched off cannot be set, only taken back', async () => {
  const { me, line, ctx, group } = await office();
  await putCallHandling(me, line.id, wanted);
  await updateLineGroup(ctx, group.id, { functions: { forwarding: 'off' } });
  await expect(putCallHandling(me, line.id, wanted)).rejects.toMatchObject({
    code: 'function_off',
  });
  expect((await getMe(me)).lines[0]?.functions).not.toContain('forwarding');
  const taken = { doNotDisturb: true, forwarding: none };
  expect(await putCallHandling(me, line.id, taken)).toEqual(taken);
});

test('the setting goes with its line', async () => {
  const { me, line, ctx } = await office();
  await putCallHandling(me, line.id, wanted);
  await deleteLine(ctx, line.id);
  await expect(getLineCallHandling(ctx, line.id)).rejects.toMatchObject({ code: 'not_found' });
});
