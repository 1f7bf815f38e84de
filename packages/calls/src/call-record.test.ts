import { newId } from '@trunkline/contracts/ids.ts';
import { expect, test } from 'vitest';
import { callRecordOf } from './call-record.ts';
import { callEnded, callStarted, recorded } from './testing/recorded.ts';

const [anna, ben] = [newId('user'), newId('user')];

test('a call becomes one record, whatever the order its events come in', () => {
  const events = recorded([
    callStarted({ userIds: [anna] }),
    ['call.ringing', { userId: anna, devices: 1 }],
    ['call.picked_up', { userId: ben, from: [anna] }],
    ['call.answered', { userId: ben, deviceId: null }],
    callEnded('normal', { durationMs: 4_200 }),
  ]);
  const record = callRecordOf(events);
  expect(record).toMatchObject({
    id: events[0]?.call,
    direction: 'incoming',
    result: 'answered',
    lineNumber: '20',
    userIds: [anna, ben],
    startedAt: events[0]?.occurredAt,
    answeredAt: events[2]?.occurredAt,
    endedAt: events[4]?.occurredAt,
    durationMs: 4_200,
    searchText: '491711234567 49301234520 20 arthur dent',
  });
  expect(callRecordOf([...events, ...events].toReversed())).toEqual(record);
});

test('a call under way has no end and no result; without its start there is none', () => {
  const [start, end] = recorded([callStarted(), callEnded('normal')]);
  if (!start || !end) throw new Error('no events');
  expect(callRecordOf([start])).toMatchObject({ endedAt: null, result: null, quality: null });
  expect(callRecordOf([end])).toBeUndefined();
});

test('LIN-010 a private call has neither number nor name, and is not found by them', () => {
  const record = callRecordOf(recorded([callStarted({ private: true })]));
  expect(record).toMatchObject({ private: true, remote: null, searchText: '' });
  expect(JSON.stringify(record)).not.toMatch(/Arthur|1711234567/);
});

test.each([
  ['cancelled', 'cancelled'],
  ['busy', 'busy'],
  ['whatever', 'failed'],
] as const)('an outgoing call that ended as %s has the result %s', (cause, result) => {
  const events = recorded([callStarted({ direction: 'outgoing' }), callEnded(cause)]);
  expect(callRecordOf(events)?.result).toBe(result);
});

test('the quality is what both sides told at the end', () => {
  const figures = (lossPercent: number) => ({
    codec: 'opus',
    encrypted: true,
    lossPercent,
    jitterMs: 1,
    roundTripMs: null,
    mos: 4.2,
  });
  const record = callRecordOf(
    recorded([
      callStarted(),
      ['call.quality', { side: 'webrtc', final: false, quality: figures(9) }],
      ['call.quality', { side: 'webrtc', final: true, quality: figures(2) }],
      callEnded('normal'),
    ]),
  );
  expect(record?.quality).toEqual({ client: figures(2), pbx: null });
});
