import { newId } from '@trunkline/contracts/ids.ts';
import { expect, test } from 'vitest';
import { defaultLimits } from './limits.ts';
import { createSession } from './session.ts';

function session(replayFrames: number) {
  return createSession({
    claims: {
      iss: 'http://localhost',
      aud: 'trunkline',
      sub: newId('user'),
      tid: newId('tenant'),
      did: newId('device'),
      sid: newId('session'),
      scope: 'client',
      name: '',
      lang: 'de',
      iat: 0,
      exp: 1,
      jti: '',
    },
    emergencyOnly: false,
    watchOnly: false,
    resumeToken: 'r',
    limits: { ...defaultLimits, replayFrames },
    now: () => 0,
    onSlow: () => undefined,
  });
}

test('a result that is sent and not acknowledged is not sent twice', () => {
  const one = session(10);
  expect(one.expectResult('first')).toBe(true);
  expect(one.expectResult('first')).toBe(false);
  one.pushResult('first', '{}');
  expect(one.expectResult('first')).toBe(false);
  one.acknowledge(one.lastSeq);
  expect(one.expectResult('first')).toBe(true);
});

test('a client that never acknowledges has no more results noted than frames are kept', () => {
  const one = session(10);
  one.expectResult('under way');
  for (let index = 0; index < 25; index++) {
    one.expectResult(`command ${index}`);
    one.pushResult(`command ${index}`, '{}');
  }
  expect(one.expectResult('under way')).toBe(false);
  expect(one.expectResult('command 24')).toBe(false);
  // Forgotten with its frame: a repeat is answered afresh.
  expect(one.expectResult('command 0')).toBe(true);
});
