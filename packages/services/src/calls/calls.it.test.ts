import { callEnded, callStarted, type Told } from '@trunkline/calls/testing/recorded.ts';
import { type CallId, newId, type TenantId } from '@trunkline/contracts/ids.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { callRecords } from '@trunkline/database/tenant/calls.ts';
import { audit } from '@trunkline/database/tenant/records.ts';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { report, reported } from '../testing/test-events.ts';
import { getCall } from './get-call.ts';
import { listCalls } from './list-calls.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

async function office() {
  const made = await system.equipped();
  const user = await system.member(made.tenant.id, { displayName: 'Zoë Müller' });
  return { ...made, user };
}
type Office = Awaited<ReturnType<typeof office>>;

const answered = (here: Office): Told[] => [
  callStarted({ userIds: [here.user.id], lineGroupId: here.group.id }),
  ['call.ringing', { userId: here.user.id, devices: 1 }],
  ['call.answered', { userId: here.user.id, deviceId: null }],
  callEnded('normal', { durationMs: 61_000 }),
];
const idsOf = async (here: Office, query: object) =>
  (await listCalls(here.ctx, query)).items.map((call) => call.id);
const make = async (tenantId: TenantId, told: Told[], at?: string): Promise<CallId> => {
  const call = newId('call');
  await report(system, reported(system, tenantId, told, { call, ...(at && { at }) }));
  return call;
};

describe('the record of a call', () => {
  test('grows with its events, whatever order and however often they come', async () => {
    const here = await office();
    const call = newId('call');
    const events = reported(system, here.tenant.id, answered(here), { call });
    const [start, ringing, answer, end] = events as [never, never, never, never];
    await report(system, [end]);
    expect(await idsOf(here, {})).toEqual([]);
    await report(system, [start]);
    expect((await listCalls(here.ctx, {})).items).toMatchObject([
      { id: call, result: 'missed', answeredAt: null },
    ]);
    await Promise.all([
      report(system, [answer, start]),
      report(system, [ringing]),
      report(system, events),
    ]);
    const [record] = (await listCalls(here.ctx, {})).items;
    expect(record).toMatchObject({
      id: call,
      result: 'answered',
      users: [{ userId: here.user.id, displayName: 'Zoë Müller' }],
      remote: { number: '+491711234567' },
      startedAt: '2026-11-23T09:00:00.000Z',
      answeredAt: '2026-11-23T09:00:02.000Z',
      endedAt: '2026-11-23T09:00:03.000Z',
      durationMs: 61_000,
      verdict: { code: 'answered', severity: 'ok', params: { line: '20', duration: '1:01' } },
    });
  });

  test('halves of a call stored at the same moment make a whole one', async () => {
    const here = await office();
    for (let round = 0; round < 5; round += 1) {
      const events = reported(system, here.tenant.id, answered(here));
      await Promise.all(events.map((event) => report(system, [event])));
      const [record] = (await listCalls(here.ctx, { search: 'Zoë' })).items;
      expect(record).toMatchObject({ id: events[0]?.call, result: 'answered', durationMs: 61_000 });
    }
  });
});

describe('the list of calls', () => {
  test('finds by number as people write it, by name, by user, line, time and outcome', async () => {
    const here = await office();
    const { tenant, user, group } = here;
    const first = await make(tenant.id, answered(here), '2026-11-20T09:00:00.000Z');
    const lineId = newId('line');
    const second = await make(
      tenant.id,
      [
        callStarted({
          direction: 'outgoing',
          lineId,
          userIds: [],
          remote: { number: '+4989555', display: '089 555', name: 'Ford_Prefect', userId: null },
        }),
        callEnded('rejected', { sipCode: 403 }),
      ],
      '2026-11-21T09:00:00.000Z',
    );
    const live = await make(tenant.id, [callStarted({ userIds: [] })], '2026-11-22T09:00:00.000Z');
    expect(await idsOf(here, {})).toEqual([live, second, first]);
    const found: [object, CallId[]][] = [
      [{ search: '0171 123' }, [live, first]],
      [{ search: '+49 (171) 1234567' }, [live, first]],
      [{ search: '0089555' }, [second]],
      [{ search: 'ford_' }, [second]],
      [{ search: 'ford%prefect' }, []],
      [{ search: 'müller' }, [first]],
      [{ userId: user.id }, [first]],
      [{ lineId }, [second]],
      [{ lineGroupId: group.id }, [first]],
      [{ direction: 'outgoing' }, [second]],
      [{ outcome: 'answered' }, [first]],
      [{ outcome: 'unanswered' }, [second]],
      [{ outcome: 'problem' }, [second]],
      [{ outcome: 'live' }, [live]],
      [{ from: '2026-11-21T00:00:00.000Z', to: '2026-11-21T23:59:59.999Z' }, [second]],
    ];
    for (const [query, ids] of found)
      expect([query, await idsOf(here, query)]).toEqual([query, ids]);
    await expect(listCalls(here.ctx, { search: 'x' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test('pages newest first, also with a filter', async () => {
    const here = await office();
    const made: CallId[] = [];
    for (let index = 0; index < 5; index += 1)
      made.unshift(await make(here.tenant.id, answered(here), `2026-11-23T09:0${index}:00.000Z`));
    for (const query of [{}, { search: 'arthur' }]) {
      const seen: CallId[] = [];
      let cursor: string | undefined;
      do {
        const page = await listCalls(here.ctx, { ...query, limit: 2, cursor });
        seen.push(...page.items.map((call) => call.id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
      expect(seen).toEqual(made);
    }
    await expect(listCalls(here.ctx, { cursor: 'x' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test('a search over more calls than a page looks through goes on from page to page', async () => {
    const here = await office();
    const old = await make(
      here.tenant.id,
      [callStarted({ remote: { number: '+39066982', display: '', name: null, userId: null } })],
      '2026-01-01T00:00:00.000Z',
    );
    await withTenant(system.platform.db.worker, here.tenant.id, (tx) =>
      tx.execute(sql`
        insert into tenant.call_records select tenant_id, 'cal_' || lpad(n::text, 26, '0'), direction,
          result, line_id, line_group_id, line_number, user_ids, remote, started_at + n * interval '1 s',
          answered_at, ended_at, duration_ms, ended_by, cause, sip_code, emergency, private, node_id,
          quality, verdict, severity, 'nothing', updated_at
        from tenant.call_records, generate_series(1, 45000) n`),
    );
    const pages: CallId[][] = [];
    let cursor: string | undefined;
    do {
      const page = await listCalls(here.ctx, { search: '066982', cursor });
      pages.push(page.items.map((call) => call.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(pages).toEqual([[], [], [old]]);
  });
});

describe('the timeline of a call', () => {
  test('tells everything in order; who reads it is noted', async () => {
    const here = await office();
    const message: Told = [
      'sip.message',
      {
        direction: 'out',
        startLine: 'SIP/2.0 180 Ringing',
        cseq: '1 INVITE',
        peer: 'x',
        leg: 'rtp',
      },
    ];
    const [start, ...rest] = answered(here);
    const call = await make(here.tenant.id, [start as Told, message, ...rest]);
    const { events, truncated, call: record } = await getCall(here.ctx, call);
    expect(record.id).toBe(call);
    expect(truncated).toBe(false);
    expect(events.map((event) => [event.type, event.offsetMs])).toEqual([
      ['call.started', 0],
      ['sip.message', 1000],
      ['call.ringing', 2000],
      ['call.answered', 3000],
      ['call.ended', 4000],
    ]);
    const noted = await withTenant(system.platform.db.app, here.tenant.id, (tx) =>
      tx.select().from(audit).where(eq(audit.action, 'call.read')),
    );
    expect(noted).toMatchObject([{ targetId: call }]);
  });

  test('LIN-010 of a private call neither number nor name is told, found or kept in its record', async () => {
    const here = await office();
    const call = await make(here.tenant.id, [
      callStarted({ private: true, userIds: [here.user.id], diversions: ['+491711234567'] }),
      callEnded('cancelled'),
    ]);
    const told = JSON.stringify([await getCall(here.ctx, call), await listCalls(here.ctx, {})]);
    expect(told).not.toMatch(/1711234567|Arthur/);
    expect(await idsOf(here, { search: '1711234567' })).toEqual([]);
    expect(await idsOf(here, { search: 'arthur' })).toEqual([]);
    const [row] = await withTenant(system.platform.db.app, here.tenant.id, (tx) =>
      tx.select().from(callRecords),
    );
    expect(row).toMatchObject({ remote: null, searchText: '' });
  });

  test('a scope is needed, and calls of another tenant are not found', async () => {
    const [here, there] = [await office(), await office()];
    const call = await make(there.tenant.id, answered(there));
    await expect(getCall(here.ctx, call)).rejects.toMatchObject({ code: 'not_found' });
    expect(await idsOf(here, {})).toEqual([]);
    const client = system.user(there.tenant.id, there.user.id, ['user_admin']);
    const refused = { code: 'missing_scope', scope: 'calls:read' };
    await expect(getCall(client, call)).rejects.toMatchObject(refused);
    await expect(listCalls(client, {})).rejects.toMatchObject(refused);
  });
});
