import { callEnded, callStarted } from '@trunkline/calls/testing/recorded.ts';
import { newId, type TenantId } from '@trunkline/contracts/ids.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { report, reported } from '../testing/test-events.ts';
import { listCalls } from './list-calls.ts';
import { sweepCalls } from './sweep-calls.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

const retention = { eventDays: 14, recordDays: 365 };
const daysAgo = (days: number) =>
  new Date(system.clock.now().getTime() - days * 86_400_000 - 60_000).toISOString();

async function called(tenantId: TenantId, days: number) {
  const call = newId('call');
  const told = [callStarted(), callEnded('normal', { durationMs: 1_000 })];
  await report(system, reported(system, tenantId, told, { call, at: daysAgo(days) }));
  return call;
}
const eventsOf = (tenantId: TenantId) =>
  withTenant(system.platform.db.worker, tenantId, async (tx) => {
    const rows = await tx.execute<{ call: string }>(
      sql`select distinct call_id as call from tenant.call_events order by 1`,
    );
    return rows.map(({ call }) => call);
  });

test('VOX-153 events go after their days, records after theirs, of every tenant; the rest stays', async () => {
  const [here, there] = [await system.equipped(), await system.equipped()];
  const recordsOf = async ({ ctx }: typeof here) =>
    (await listCalls(ctx, {})).items.map(({ id }) => id);
  const ancient = await called(here.tenant.id, 365);
  const old = await called(here.tenant.id, 14);
  const young = await called(here.tenant.id, 13);
  const elsewhere = await called(there.tenant.id, 14);
  expect(await eventsOf(here.tenant.id)).toEqual([ancient, old, young].toSorted());

  expect(await sweepCalls(system.platform, retention)).toEqual({ events: 6, records: 1 });
  expect(await eventsOf(here.tenant.id)).toEqual([young]);
  expect(await eventsOf(there.tenant.id)).toEqual([]);
  expect(await recordsOf(here)).toEqual([young, old]);
  expect(await recordsOf(there)).toEqual([elsewhere]);
  expect(await sweepCalls(system.platform, retention)).toEqual({ events: 0, records: 0 });
});

test('more than one batch goes in one sweep', async () => {
  const { tenant } = await system.equipped();
  await withTenant(system.platform.db.worker, tenant.id, (tx) =>
    tx.execute(sql`
      insert into tenant.call_events
        (tenant_id, id, call_id, node_id, boot_epoch, seq, occurred_at, schema, type, data)
      select ${tenant.id}, 'evt_' || n, 'cal_x', ${system.node.id}, 1, n,
        ${daysAgo(20)}::timestamptz, 1, 'sip.message', '{}'
      from generate_series(1, 2500) as n`),
  );
  expect(await sweepCalls(system.platform, retention)).toEqual({ events: 2_500, records: 0 });
  expect(await eventsOf(tenant.id)).toEqual([]);
});
