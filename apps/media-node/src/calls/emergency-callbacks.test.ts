import { newId } from '@trunkline/contracts/ids.ts';
import { expect, test } from 'vitest';
import { FakeTime } from '../testing/fake-time.ts';
import { EmergencyCallbacks } from './emergency-callbacks.ts';

test('VOX-132 for 30 minutes after an emergency call nothing keeps a call-back from its line', () => {
  const time = new FakeTime();
  const callbacks = new EmergencyCallbacks(time);
  const [line, other] = [newId('line'), newId('line')];
  callbacks.note(line);
  time.advance(29 * 60_000);
  expect(callbacks.expects(line)).toBe(true);
  expect(callbacks.expects(other)).toBe(false);
  time.advance(60_000);
  expect(callbacks.expects(line)).toBe(false);
});
