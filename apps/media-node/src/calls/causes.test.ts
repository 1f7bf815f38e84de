import { callEnded, callStarted, recorded } from '@trunkline/calls/testing/recorded.ts';
import { verdictOf } from '@trunkline/calls/verdict.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { expect, test } from 'vitest';
import { causeOfFailure, endOfLapse } from './causes.ts';

test.each([
  [486, 'busy'],
  [600, 'busy'],
  [603, 'rejected'],
  [403, 'rejected'],
  [480, 'no_answer'],
  [408, 'no_answer'],
  [404, 'failed'],
  [503, 'failed'],
])('a refusal with %d ends the call with cause %s', (status, cause) => {
  expect(causeOfFailure(status, 'why')).toEqual({
    by: 'remote',
    cause,
    sipCode: status,
    text: 'why',
  });
});

test.each([
  ['ack', 'no_ack', 'error'],
  ['session', 'session_expired', 'warning'],
  ['dialog', 'dropped_sip', 'warning'],
] as const)('VOX-119 what did not come of the PBX: %s → verdict %s', (lapse, code, severity) => {
  const { cause, ...end } = endOfLapse(lapse);
  const events = recorded([
    callStarted(),
    ['call.answered', { userId: newId('user'), deviceId: null }],
    callEnded(cause, end),
  ]);
  expect(verdictOf(events)).toMatchObject({ code, severity });
});

test('no answer of the PBX at all is a failure of the system', () => {
  expect(causeOfFailure(null, 'timeout')).toMatchObject({ by: 'system', cause: 'failed' });
});
