import { expect, test } from 'vitest';
import { causeOfFailure } from './causes.ts';

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

test('no answer of the PBX at all is a failure of the system', () => {
  expect(causeOfFailure(null, 'timeout')).toMatchObject({ by: 'system', cause: 'failed' });
});
