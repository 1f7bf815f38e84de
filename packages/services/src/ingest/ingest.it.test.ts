import type {
  EventEnvelope,
  NodeEventData,
  NodeEventType,
} from '@trunkline/contracts/call-events.ts';
import { newId, type TenantId, type UserId } from '@trunkline/contracts/ids.ts';
import { controlAudit } from '@trunkline/database/control/keys.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { callEvents } from '@trunkline/database/tenant/calls.ts';
import { outbox } from '@trunkline/database/tenant/records.ts';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listJournal } from '../journal/list-journal.ts';
import { updateJournalEntry } from '../journal/update-journal-entry.ts';
import { createLine } from '../lines/create-line.ts';
import { deleteLine } from '../lines/delete-line.ts';
import { getLine } from '../lines/get-line.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { deleteUser } from '../users/delete-user.ts';
import { ingestEvents } from './ingest-events.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

let seq = 0;
const bootEpoch = 1_790_000_000_000;

function event<T extends NodeEventType>(
  tenant: TenantId,
  type: T,
  data: NodeEventData<T>,
  over: Partial<EventEnvelope> = {},
): EventEnvelope {
  seq += 1;
  return {
    id: newId('event'),
    tenant,
    call: null,
    node: system.node.id,
    bootEpoch,
    seq,
    occurredAt: new Date(1_790_000_000_000 + seq * 1000).toISOString(),
    schema: 1,
    type,
    data,
    ...over,
  } as EventEnvelope;
}

/** An incoming call that the user answers and that lasts 61.234 s. */
function answeredCall(tenant: TenantId, userIds: UserId[], over = {}): EventEnvelope[] {
  const call = newId('call');
  const [userId = newId('user')] = userIds;
  return [
    event(
      tenant,
      'call.started',
      {
        direction: 'incoming',
        lineId: newId('line'),
        lineGroupId: newId('lineGroup'),
        lineNumber: '20',
        localNumber: '+49301234520',
        userIds,
        remote: { number: '+4930999', display: '+4930999', name: 'Arthur', userId: null },
        dialled: null,
        emergency: false,
        private: false,
        journal: true,
        sipCallId: 'a@b',
        diversions: [],
        ...over,
      },
      { call },
    ),
    event(tenant, 'call.ringing', { userId, devices: 1 }, { call }),
    event(tenant, 'call.answered', { userId, deviceId: newId('device') }, { call }),
    event(
      tenant,
      'call.ended',
      { by: 'remote', cause: 'normal', sipCode: null, text: '', durationMs: 61_234 },
      { call },
    ),
  ];
}

const ingest = (events: readonly unknown[]) =>
  ingestEvents(system.platform, system.node.id, events);
const journal = async (tenantId: TenantId, userId: UserId, query = {}) =>
  (await listJournal(system.user(tenantId, userId), query)).items;

async function office() {
  const made = await system.equipped();
  return { ...made, user: await system.member(made.tenant.id) };
}

test('SVC-001 an ended call stands in the journal of its user, exactly', async () => {
  const { tenant, user } = await office();
  const events = answeredCall(tenant.id, [user.id]);
  expect(await ingest(events)).toEqual({ stored: 4, refused: 0 });
  expect(await journal(tenant.id, user.id)).toEqual([
    {
      id: expect.stringMatching(/^jrn_/),
      callId: events[0]?.call,
      direction: 'incoming',
      result: 'answered',
      remoteNumber: '+4930999',
      remoteName: 'Arthur',
      lineNumber: '20',
      startedAt: events[0]?.occurredAt,
      answeredAt: events[2]?.occurredAt,
      endedAt: events[3]?.occurredAt,
      durationMs: 61_234,
      endedBy: 'remote',
      sipCode: null,
      cause: 'normal',
      unanswered: false,
      seen: false,
      private: false,
      note: '',
    },
  ]);
});

test('events repeated, overlapping and at the same moment make one entry and one notice', async () => {
  const { tenant, user } = await office();
  const events = answeredCall(tenant.id, [user.id]);
  await Promise.all([ingest(events), ingest(events), ingest(events.slice(1)), ingest(events)]);
  await ingest(events);
  expect(await journal(tenant.id, user.id)).toHaveLength(1);
  const stored = await withTenant(system.platform.db.worker, tenant.id, async (tx) => ({
    events: await tx.select().from(callEvents),
    notices: await tx
      .select()
      .from(outbox)
      .where(and(eq(outbox.tenantId, tenant.id), eq(outbox.topic, 'journal.changed'))),
  }));
  expect(stored.events).toHaveLength(4);
  expect(stored.notices).toHaveLength(1);
});

test('a call cut in two by a lost link is complete when its rest arrives', async () => {
  const { tenant, user } = await office();
  const events = answeredCall(tenant.id, [user.id]);
  await ingest(events.slice(0, 2));
  expect(await journal(tenant.id, user.id)).toEqual([]);
  await ingest(events.slice(2));
  expect(await journal(tenant.id, user.id)).toHaveLength(1);
});

test('PLT-018 events for a tenant the node does not serve are dropped and noted; the others are stored', async () => {
  const { tenant, user } = await office();
  const stranger = await system.tenant();
  const victim = await system.member(stranger.id);
  const result = await ingest([
    ...answeredCall(stranger.id, [victim.id]),
    ...answeredCall(tenant.id, [user.id]),
  ]);
  expect(result).toEqual({ stored: 4, refused: 4 });
  expect(await journal(stranger.id, victim.id)).toEqual([]);
  expect(await journal(tenant.id, user.id)).toHaveLength(1);
  const noted = await system.platform.db.operator
    .select()
    .from(controlAudit)
    .where(eq(controlAudit.tenantId, stranger.id));
  expect(noted.map((row) => row.action)).toContain('node.events_refused');
});

test('PLT-018 a call event that names users of another tenant makes no entry there', async () => {
  const { tenant } = await office();
  const other = await office();
  await ingest(answeredCall(tenant.id, [other.user.id]));
  expect(await journal(other.tenant.id, other.user.id)).toEqual([]);
});

test('what is no event, or of another node, is dropped and does not hold up the rest', async () => {
  const { tenant, user } = await office();
  const rest = answeredCall(tenant.id, [user.id]);
  const alien = { ...rest[0], id: newId('event'), node: newId('mediaNode') };
  expect(await ingest([{}, 'x', { ...rest[0], data: {} }, alien, ...rest])).toEqual({
    stored: 4,
    refused: 4,
  });
});

test('an entry of a deleted user is not made, and stands in nobody’s way', async () => {
  const { tenant, user, ctx } = await office();
  const colleague = await system.member(tenant.id);
  await deleteUser(ctx, user.id);
  await ingest(answeredCall(tenant.id, [colleague.id, user.id]));
  expect(await journal(tenant.id, colleague.id)).toHaveLength(1);
});

test('LIN-009 no entry for a line without journal', async () => {
  const { tenant, user } = await office();
  await ingest(answeredCall(tenant.id, [user.id], { journal: false }));
  expect(await journal(tenant.id, user.id)).toEqual([]);
});

test('SVC-002 SVC-003 a user reads own entries only and changes note and seen mark', async () => {
  const { tenant, user } = await office();
  const colleague = await system.member(tenant.id);
  await ingest(answeredCall(tenant.id, [user.id]));
  const [entry] = await journal(tenant.id, user.id);
  if (!entry) throw new Error('no entry');
  expect(await journal(tenant.id, colleague.id)).toEqual([]);
  const change = { note: 'Rückruf', seen: true };
  await expect(
    updateJournalEntry(system.user(tenant.id, colleague.id), entry.id, change),
  ).rejects.toMatchObject({ code: 'not_found' });
  expect(await updateJournalEntry(system.user(tenant.id, user.id), entry.id, change)).toEqual({
    ...entry,
    ...change,
  });
});

test('the journal pages newest first, without gaps or repetitions', async () => {
  const { tenant, user } = await office();
  for (let round = 0; round < 7; round += 1) await ingest(answeredCall(tenant.id, [user.id]));
  const all = await journal(tenant.id, user.id);
  const times = all.map((entry) => entry.startedAt);
  expect(times).toEqual(times.toSorted().reverse());
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listJournal(system.user(tenant.id, user.id), { limit: 3, cursor });
    seen.push(...page.items.map((entry) => entry.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual(all.map((entry) => entry.id));
});

test('LIN-018 LIN-019 a line shows the newest reported state; older and repeated reports change nothing', async () => {
  const { tenant, ctx, group } = await office();
  const line = await createLine(ctx, { lineGroupId: group.id, userName: '20', number: '20' });
  expect(line.state.state).toBe('uninitialised');
  const since = '2026-11-23T09:00:00.000Z';
  const report = (state: 'open' | 'failed') =>
    event(tenant.id, 'line.state', {
      lineId: line.id,
      state: {
        state,
        reason:
          state === 'open'
            ? { category: 'none', sipCode: 200, text: 'OK' }
            : { category: 'login', sipCode: 403, text: 'Forbidden' },
        since,
        nextAttemptAt: null,
      },
    });
  const failed = report('failed');
  const open = report('open');
  await ingest([open]);
  await ingest([failed]);
  await ingest([open]);
  expect((await getLine(ctx, line.id)).state).toMatchObject({
    state: 'open',
    reason: { sipCode: 200 },
    since,
  });
  await deleteLine(ctx, line.id);
  expect(await ingest([report('failed')])).toEqual({ stored: 1, refused: 0 });
});

test('text no database holds costs neither the event nor the journal entry', async () => {
  const { tenant, user } = await office();
  const events = answeredCall(tenant.id, [user.id], {
    sipCallId: 'x'.repeat(1000),
    remote: { number: null, display: 'caf\ud83d', name: 'Ar\0thur', userId: null },
  });
  expect(await ingest(events)).toEqual({ stored: 4, refused: 0 });
  expect(await journal(tenant.id, user.id)).toMatchObject([
    { result: 'answered', remoteName: 'Ar\ufffdthur' },
  ]);
});
