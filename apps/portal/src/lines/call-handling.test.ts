import { callHandling, noForwarding } from '@trunkline/contracts/forwarding.ts';
import { expect, test } from 'vitest';
import { fieldOfHandling, handlingOf, valuesOfHandling } from './call-handling.ts';

test('settings come out of the form as they went in, empty targets being off', () => {
  const off = { doNotDisturb: false, forwarding: noForwarding };
  expect(handlingOf(valuesOfHandling(off))).toEqual(off);
  const on = {
    doNotDisturb: true,
    forwarding: {
      always: '0301234',
      busy: null,
      noAnswer: { number: '21', seconds: 30 },
      signedOut: '22',
    },
  };
  expect(handlingOf(valuesOfHandling(on))).toEqual(on);
  expect(callHandling.safeParse(handlingOf({ ...valuesOfHandling(on), busy: ' ' })).success).toBe(
    true,
  );
});

test('errors inside of forwarding stand at their own fields', () => {
  expect(fieldOfHandling('/forwarding/busy')).toBe('busy');
  expect(fieldOfHandling('/forwarding/noAnswer/number')).toBe('noAnswer');
  expect(fieldOfHandling('/forwarding/noAnswer/seconds')).toBe('noAnswerSeconds');
  expect(fieldOfHandling('/doNotDisturb')).toBe('doNotDisturb');
});
