import { callFunctions } from '@trunkline/contracts/call-functions.ts';
import { callCommands } from '@trunkline/contracts/calls.ts';
import { describe, expect, test } from 'vitest';
import {
  callSituations,
  functionOfCommand,
  functionsNow,
  permittedFunctions,
} from './functions.ts';

const base = { on: callFunctions, emergency: false, hasOther: true };

describe('functions of a call', () => {
  test.each(callSituations)(
    'LIN-026 %s: what is off is never offered, what is on is',
    (situation) => {
      const all = functionsNow({ ...base, situation });
      expect(all).toEqual(permittedFunctions[situation]);
      for (const name of callFunctions) {
        const on = callFunctions.filter((other) => other !== name);
        expect(functionsNow({ ...base, situation, on })).toEqual(
          all.filter((other) => other !== name),
        );
        expect(functionsNow({ ...base, situation, on: [name] })).toEqual(
          all.includes(name) ? [name] : [],
        );
      }
    },
  );

  test('swap and attended transfer need a second call', () => {
    expect(functionsNow({ ...base, situation: 'talking', hasOther: false })).toEqual([
      'hang_up',
      'hold',
      'consult',
      'blind_transfer',
      'dtmf',
      'move',
    ]);
  });

  test('an emergency call is not given away, and keeps hang-up though it is off', () => {
    for (const situation of callSituations) {
      const names = functionsNow({ ...base, situation, on: [], emergency: true });
      expect(names.filter((name) => /transfer|hold|redirect|toggle/.test(name))).toEqual([]);
    }
    expect(functionsNow({ ...base, situation: 'talking', on: [], emergency: true })).toContain(
      'hang_up',
    );
  });

  test('every command has its switch', () => {
    expect(Object.keys(functionOfCommand).sort()).toEqual(Object.keys(callCommands).sort());
  });
});
