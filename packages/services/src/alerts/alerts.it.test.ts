import { callEnded, callStarted, type Told } from '@trunkline/calls/testing/recorded.ts';
import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import { defaultCallLimits } from '@trunkline/contracts/call-limits.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { audit } from '@trunkline/database/tenant/records.ts';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getCallLimits } from '../limits/get-call-limits.ts';
import { putCallLimits } from '../limits/put-call-limits.ts';
import { updateLineGroup } from '../line-groups/update-line-group.ts';
import { createLine } from '../lines/create-line.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { report, reported } from '../testing/test-events.ts';
import { listAlerts } from './list-alerts.ts';
import { resolveAlert } from './resolve-alert.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

const user = newId('user');
const hit = (over: Partial<NodeEventData<'limit.hit'>> = {}): Told => [
  'limit.hit',
  { reason: 'country', userId: user, lineId: null, destination: '882', ...over },
];

test('VOX-133 a tenant starts with the default floor and may change it; the audit holds both', async () => {
  const { ctx, tenant } = await system.equipped();
  expect(await getCallLimits(ctx)).toEqual(defaultCallLimits);
  const wanted = { ...defaultCallLimits, concurrentCalls: 7, foreignMinutesPerHour: null };
  expect(await putCallLimits(ctx, wanted)).toEqual(wanted);
  expect(await getCallLimits(ctx)).toEqual(wanted);
  const other = await system.equipped();
  expect(await getCallLimits(other.ctx)).toEqual(defaultCallLimits);
  const [noted] = await withTenant(system.platform.db.app, tenant.id, (tx) =>
    tx.select().from(audit).where(eq(audit.action, 'call_limits.update')),
  );
  expect(noted?.changes).toEqual({ before: defaultCallLimits, after: wanted });
  await expect(putCallLimits(ctx, { ...wanted, concurrentCalls: 0 })).rejects.toMatchObject({
    code: 'invalid_request',
  });
});

test('VOX-133 the same refusal of the same user counts up; another one is another alert', async () => {
  const { ctx, tenant } = await system.equipped();
  const events = reported(system, tenant.id, [hit(), hit({ destination: '881' }), hit()]);
  await report(system, events);
  await report(system, events);
  await report(
    system,
    reported(system, tenant.id, [hit({ userId: newId('user') }), hit({ reason: 'call_rate' })]),
  );
  const { items } = await listAlerts(ctx, {});
  expect(
    items.map(({ kind, severity, subject, count, params }) => [
      kind,
      severity,
      subject === user,
      count,
      params,
    ]),
  ).toEqual([
    ['call_limit', 'critical', false, 1, { reason: 'call_rate', destination: '882' }],
    ['call_limit', 'warning', false, 1, { reason: 'country', destination: '882' }],
    ['call_limit', 'warning', true, 3, { reason: 'country', destination: '882' }],
  ]);
  expect(items[2]).toMatchObject({
    firstAt: events[0]?.occurredAt,
    lastAt: events[2]?.occurredAt,
    resolvedAt: null,
  });
});

test('a resolved alert is history; the same cause again opens a new one', async () => {
  const { ctx, tenant } = await system.equipped();
  await report(system, reported(system, tenant.id, [hit()]));
  const [open] = (await listAlerts(ctx, {})).items;
  if (!open) throw new Error('no alert');
  const resolved = await resolveAlert(ctx, open.id);
  expect(resolved.resolvedAt).not.toBeNull();
  expect(await resolveAlert(ctx, open.id)).toEqual(resolved);
  expect((await listAlerts(ctx, {})).items).toEqual([]);
  await report(system, reported(system, tenant.id, [hit()]));
  const all = (await listAlerts(ctx, { state: 'all' })).items;
  expect(all.map((alert) => alert.resolvedAt === null)).toEqual([true, false]);
  const stranger = await system.equipped();
  await expect(resolveAlert(stranger.ctx, open.id)).rejects.toMatchObject({ code: 'not_found' });
  const helpdesk = system.user(tenant.id, newId('user'), ['helpdesk']);
  await expect(resolveAlert(helpdesk, open.id)).rejects.toMatchObject({ code: 'missing_scope' });
  const pages = await listAlerts(helpdesk, { state: 'all', limit: 1 });
  expect(pages.items).toHaveLength(1);
  const rest = await listAlerts(helpdesk, { state: 'all', limit: 1, cursor: pages.nextCursor });
  expect(rest).toMatchObject({ items: [{ id: open.id }], nextCursor: null });
});

test('LIN-045 a fixed-IP trunk that answers no OPTIONS is an alert until it answers again', async () => {
  const { ctx, tenant, group } = await system.equipped();
  await updateLineGroup(ctx, group.id, { kind: 'trunk_static', peerAddresses: ['192.0.2.1'] });
  const add = (number: string) =>
    createLine(ctx, { lineGroupId: group.id, userName: number, number });
  const [refresher, other] = [await add('30'), await add('31')];
  const state = (lineId: typeof refresher.id, failed: boolean): Told => [
    'line.state',
    {
      lineId,
      state: {
        state: failed ? 'failed' : 'open',
        reason: failed
          ? { category: 'communication', sipCode: null, text: 'no answer to OPTIONS' }
          : { category: 'none', sipCode: 200, text: 'OK' },
        since: '2026-11-23T09:00:00.000Z',
        nextAttemptAt: null,
      },
    },
  ];
  const events = reported(system, tenant.id, [
    state(refresher.id, true),
    state(other.id, true),
    state(refresher.id, true),
    state(refresher.id, false),
  ]);
  await report(system, events.slice(0, 3));
  const open = (await listAlerts(ctx, {})).items;
  expect(open).toMatchObject([
    {
      kind: 'trunk_unreachable',
      severity: 'critical',
      subject: group.id,
      count: 2,
      params: { category: 'communication', text: 'no answer to OPTIONS' },
    },
  ]);
  await report(system, events);
  expect((await listAlerts(ctx, {})).items).toEqual([]);
  // An older report that comes late changes nothing.
  await report(system, [{ ...(events[0] as (typeof events)[0]), id: newId('event'), seq: 1 }]);
  expect((await listAlerts(ctx, {})).items).toEqual([]);
  const [closed] = (await listAlerts(ctx, { state: 'all' })).items;
  expect(closed?.resolvedAt).toBe(events[3]?.occurredAt);
});

test('LIN-045 lines that register one by one raise no alert of their trunk', async () => {
  const { ctx, tenant, group } = await system.equipped();
  const line = await createLine(ctx, { lineGroupId: group.id, userName: '30', number: '30' });
  const failed: Told = [
    'line.state',
    {
      lineId: line.id,
      state: {
        state: 'failed',
        reason: { category: 'login', sipCode: 403, text: 'Forbidden' },
        since: '2026-11-23T09:00:00.000Z',
        nextAttemptAt: null,
      },
    },
  ];
  await report(system, reported(system, tenant.id, [failed]));
  expect((await listAlerts(ctx, { state: 'all' })).items).toEqual([]);
});

test('VOX-117 a call refused for want of encryption is an alert of its line group', async () => {
  const { ctx, tenant, group } = await system.equipped();
  const told = [
    callStarted({ lineGroupId: group.id }),
    callEnded('srtp_refused', { by: 'system', sipCode: 488 }),
  ];
  await report(system, reported(system, tenant.id, told));
  await report(system, reported(system, tenant.id, told));
  expect((await listAlerts(ctx, {})).items).toMatchObject([
    { kind: 'srtp_refused', subject: group.id, count: 2 },
  ]);
});
