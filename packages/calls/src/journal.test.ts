import type { EventEnvelope, NodeEventData } from '@trunkline/contracts/call-events.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { describe, expect, test } from 'vitest';
import { defaultJournalSettings, journalOf } from './journal.ts';
import { callEnded, callStarted, recorded as recordedOf, type Told } from './testing/recorded.ts';

const call = newId('call');
const [anna, ben] = [newId('user'), newId('user')];

const recorded = (...told: Told[]) => recordedOf(told, call);
const started: typeof callStarted = (over) => callStarted({ userIds: [anna], ...over });
const ended = callEnded;
const ringing = (
  userId: typeof anna,
  devices = 1,
): ['call.ringing', NodeEventData<'call.ringing'>] => ['call.ringing', { userId, devices }];
const answered = (userId: typeof anna): ['call.answered', NodeEventData<'call.answered'>] => [
  'call.answered',
  { userId, deviceId: newId('device') },
];
describe('journalOf', () => {
  test('an answered incoming call: times, talk time, no mark', () => {
    const events = recorded(
      started(),
      ringing(anna),
      answered(anna),
      ended('normal', { durationMs: 61_234 }),
    );
    expect(journalOf(events)).toEqual([
      expect.objectContaining({
        userId: anna,
        callId: call,
        direction: 'incoming',
        result: 'answered',
        remoteNumber: '+491711234567',
        remoteName: 'Arthur Dent',
        startedAt: '2026-11-23T09:00:00.000Z',
        answeredAt: '2026-11-23T09:00:02.000Z',
        endedAt: '2026-11-23T09:00:03.000Z',
        durationMs: 61_234,
        endedBy: 'remote',
        unanswered: false,
        answeredBy: anna,
      }),
    ]);
  });

  test('SVC-020 nothing before the call has ended', () => {
    expect(journalOf(recorded(started(), ringing(anna), answered(anna)))).toEqual([]);
  });

  test('order and repetition of delivery do not matter', () => {
    const events = recorded(
      started(),
      ringing(anna),
      answered(anna),
      ended('normal', { durationMs: 5 }),
    );
    expect(journalOf([...events, ...events].toReversed())).toEqual(journalOf(events));
  });

  test.each([
    ['the caller hangs up', ended('cancelled', { sipCode: 487 }), 'missed'],
    ['nobody is signed in', ended('not_signed_in', { by: 'system', sipCode: 486 }), 'missed'],
  ] as const)('%s: missed and marked', (_name, end, result) => {
    expect(journalOf(recorded(started(), end))).toMatchObject([
      { result, unanswered: true, answeredAt: null, durationMs: 0 },
    ]);
  });

  test('a rejected call is marked too: nobody answered it (SVC-017 rows 9–11)', () => {
    const events = recorded(
      started(),
      ringing(anna),
      ['call.rejected', { userId: anna, variant: 'busy', sipCode: 486 }],
      ended('rejected', { by: 'local', sipCode: 486 }),
    );
    expect(journalOf(events)).toMatchObject([
      { result: 'rejected', unanswered: true, endedBy: 'local' },
    ]);
  });

  test('two users ring, one answers: the other sees it answered elsewhere', () => {
    const events = recorded(
      started({ userIds: [anna, ben] }),
      ringing(anna),
      ringing(ben),
      answered(ben),
      ended('normal', { durationMs: 9 }),
    );
    expect(journalOf(events)).toMatchObject([
      {
        userId: anna,
        result: 'answered_elsewhere',
        durationMs: 0,
        answeredAt: null,
        answeredBy: ben,
        unanswered: false,
      },
      { userId: ben, result: 'answered', durationMs: 9 },
    ]);
  });

  test.each([
    ['busy', 'busy'],
    ['rejected', 'rejected'],
    ['no_answer', 'no_answer'],
    ['cancelled', 'cancelled'],
    ['media_failed', 'failed'],
  ])('an outgoing call that ends as %s', (cause, result) => {
    expect(journalOf(recorded(started({ direction: 'outgoing' }), ended(cause)))).toMatchObject([
      { result, unanswered: false },
    ]);
  });

  test('a node that died closes the call as answered, ended by the system', () => {
    const events = recorded(
      started({ direction: 'outgoing' }),
      answered(anna),
      ended('node_lost', { by: 'system', durationMs: 4000 }),
    );
    expect(journalOf(events)).toMatchObject([
      { result: 'answered', cause: 'node_lost', endedBy: 'system', durationMs: 4000 },
    ]);
  });

  test('LIN-009 a line without journal writes none', () => {
    expect(journalOf(recorded(started({ journal: false }), ended('normal')))).toEqual([]);
  });

  test('SVC-005 a private call is redacted before anything is written', () => {
    const events = recorded(started({ private: true }), ended('cancelled'));
    const settings = {
      unanswered: { unansweredFor: 'all', answeredElsewhereFor: 'none' },
      privateCalls: 'shortened',
    } as const;
    expect(journalOf(events, settings)).toMatchObject([
      { private: true, remoteNumber: '+491711234XXX', remoteName: null },
    ]);
  });

  const carl = newId('user');
  const marked = (events: EventEnvelope[]) =>
    journalOf(events, {
      ...defaultJournalSettings,
      unanswered: { unansweredFor: 'all', answeredElsewhereFor: 'all' },
    }).flatMap((entry) => (entry.unanswered ? [entry.userId] : []));
  const forwarded = (
    reason: NodeEventData<'call.forwarded'>['reason'],
    state: NodeEventData<'call.forwarded'>['state'] = 'accepted',
  ): ['call.forwarded', NodeEventData<'call.forwarded'>] => [
    'call.forwarded',
    { reason, method: 'new_call', userId: anna, target: '+49309', state, sipCode: null },
  ];

  test('SVC-019 a picked-up call counts as answered by who took it; nobody is marked', () => {
    const events = recorded(
      started(),
      ringing(anna),
      ['call.picked_up', { userId: carl, from: [anna] }],
      answered(carl),
      ended('normal', { durationMs: 5_000 }),
    );
    expect(marked(events)).toEqual([]);
    expect(
      journalOf(events).map(({ userId, result, answeredBy, durationMs }) => [
        userId,
        result,
        answeredBy,
        durationMs,
      ]),
    ).toEqual([
      [anna, 'answered_elsewhere', carl, 0],
      [carl, 'answered', carl, 5_000],
    ]);
  });

  test('SVC-017 row 2: a call the user sent elsewhere by hand marks nobody', () => {
    const events = recorded(started(), ringing(anna), forwarded('user'), ended('normal'));
    expect(marked(events)).toEqual([]);
    expect(journalOf(events)[0]?.result).toBe('answered_elsewhere');
  });

  test('SVC-017 rows 4 and 7: taken by a forwarding target, the ones it rang at by rule S2', () => {
    const events = recorded(started(), ringing(anna), forwarded('no_answer'), ended('normal'));
    expect(marked(events)).toEqual([anna]);
    expect(journalOf(events)[0]).toMatchObject({ unanswered: false, result: 'answered_elsewhere' });
  });

  test('SVC-017 row 12: a call that went on before anything rang marks nobody', () => {
    for (const reason of ['always', 'busy', 'signed_out', 'mailbox'] as const)
      expect(marked(recorded(started(), forwarded(reason), ended('normal')))).toEqual([]);
  });

  test('a forwarding nobody took leaves the call missed', () => {
    const events = recorded(
      started(),
      ringing(anna),
      forwarded('no_answer', 'tried'),
      forwarded('no_answer', 'failed'),
      ended('cancelled'),
    );
    expect(marked(events)).toEqual([anna]);
    expect(journalOf(events)[0]?.result).toBe('missed');
  });

  test('a transferred call has ended for its user, before and after its sides hang up', () => {
    const events = recorded(started({ direction: 'outgoing' }), answered(anna), [
      'call.transferred',
      {
        by: 'local',
        kind: 'blind',
        method: 'join',
        userId: anna,
        target: '+49171',
        state: 'accepted',
        sipCode: null,
        otherCallId: null,
      },
    ]);
    const entry = { result: 'answered', cause: 'transferred', endedBy: 'local', durationMs: 1000 };
    expect(journalOf(events)).toMatchObject([entry]);
    const end = { ...recorded(started(), ended('normal', { durationMs: 90_000 }))[1], seq: 9 };
    expect(journalOf([...events, end as EventEnvelope])).toEqual(journalOf(events));
  });

  test('a call the PBX sent to somebody else goes on for its user', () => {
    const data = { kind: 'blind', method: 'refer', userId: anna, target: '+49171' } as const;
    const events = recorded(
      started({ direction: 'outgoing' }),
      answered(anna),
      [
        'call.transferred',
        { ...data, by: 'remote', state: 'accepted', sipCode: 200, otherCallId: null },
      ],
      ended('normal', { durationMs: 90_000 }),
    );
    expect(journalOf(events)).toMatchObject([{ cause: 'normal', durationMs: 90_000 }]);
  });
});
