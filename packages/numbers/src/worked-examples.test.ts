import { describe, expect, test } from 'vitest';
import { dial } from './dial.ts';
import { displayNumber, lineNumber } from './display.ts';
import type { NumberLocation } from './location.ts';
import { interpretReported } from './reported.ts';

const L1: NumberLocation = {
  countryCode: '49',
  areaCode: '30',
  usesPbx: true,
  exchangeType: 'ddi',
  baseNumber: '12345',
  ddiFrom: '30',
  ddiTo: '69',
  internalLengthMin: 2,
  internalLengthMax: 2,
  accessCode: '0',
};
const L1c = { ...L1, accessCode: '' };
const L2 = { ...L1, ddiFrom: '100', ddiTo: '999', internalLengthMin: 3, internalLengthMax: 3 };
const L0 = { ...L1, usesPbx: false };
const MUC = { ...L1, areaCode: '89', baseNumber: '555', ddiFrom: '70', ddiTo: '99' };

describe('NUM-090 reported numbers, Germany (locations without rules)', () => {
  test.each<[string, NumberLocation, string, string, string]>([
    ['R-01', L1, '0 0171 1234567', '+491711234567', 'external'],
    ['R-02', L1, '00309876543', '+49309876543', 'external'],
    ['R-03', L1, '09876543', '+49309876543', 'external'],
    ['R-04', L1, '00044201234567', '+44201234567', 'external'],
    ['R-06', L1, '69', '+49301234569', 'internal'],
    ['R-11', L1, '+49 (30) 12345-30', '+49301234530', 'internal'],
    ['R-12', L1, '0309876543', '+4930309876543', 'external'],
    ['R-13', L1c, '0309876543', '+49309876543', 'external'],
    ['R-16', L1c, '0044201234567', '+44201234567', 'external'],
    ['R-19', L1, '011833', '11833', 'external'],
    ['R-25', L1, '035', '+493035', 'external'],
    ['R-26', L1, '01234530', '+49301234530', 'external'],
    ['R-27', L1, '0', '0', 'external'],
    ['R-28', L1, '', '', 'unknown'],
    ['R-29', L1, 'sip:anonymous@pbx', '', 'unknown'],
    ['R-32', L2, '99', '+493099', 'external'],
    ['R-36', L2, '111', '+493012345111', 'internal'],
    ['R-51', L0, '30', '+493030', 'external'],
  ])('%s', (_id, location, raw, number, kind) => {
    const result = interpretReported({ raw, kind: 'in', location });
    expect(result).toMatchObject({ number, class: kind });
    expect(result.trace[0]?.before).toBe(raw);
  });
});

describe('NUM-091 numbers to dial, Germany (locations without rules)', () => {
  test.each<[string, NumberLocation, string, string, string]>([
    ['D-02', L1, '9876543', '09876543', 'external'],
    ['D-03', L1, '030 9876543', '09876543', 'external'],
    ['D-04', L1, 'Büro 030/987 65-43', '09876543', 'external'],
    ['D-05', L1, '0171-1234567', '001711234567', 'external'],
    ['D-07', L1, '+44 20 1234567', '00044201234567', 'external'],
    ['D-08', L1, '0044 20 1234567', '00044201234567', 'external'],
    ['D-09', L1, '+49 (0)30 9876543', '09876543', 'external'],
    ['D-11', L1, '20', '20', 'internal'],
    ['D-12', L1, '+49 (30) 12345-30', '30', 'internal'],
    ['D-16', L1, '+49 30 12345-0', '0123450', 'external'],
    ['D-17', L1, '333', '0333', 'external'],
    ['D-18', L1, '00309876543', '000309876543', 'external'],
    ['D-19', L1, '110', '0110', 'special'],
    ['D-20', L1, '11833', '011833', 'special'],
    ['D-21', L1, '+49110', '00110', 'external'],
    ['D-22', L1, '!0171 1234567', '0171 1234567', 'raw'],
    ['D-23', L1, '!0*21#', '0*21#', 'raw'],
    ['D-61', L0, '030 9876543', '9876543', 'external'],
    ['D-62', L0, '0171 1234567', '01711234567', 'external'],
  ])('%s', (_id, location, typed, digits, kind) => {
    expect(dial({ typed, location, purpose: 'dial' })).toMatchObject({
      ok: true,
      digits,
      class: kind,
    });
  });

  test('D-25 a text without digits is refused', () => {
    expect(dial({ typed: 'Zentrale', location: L1, purpose: 'dial' })).toMatchObject({
      ok: false,
      reason: 'no_digits',
    });
  });
});

test('NUM-089 the trace of D-05 names each step with its value', () => {
  const result = dial({ typed: '0171-1234567', location: L1, purpose: 'dial' });
  expect(result.trace.map((step) => [step.step, step.after])).toEqual([
    ['B3', '01711234567'],
    ['B7', '+491711234567'],
    ['B13', '01711234567'],
    ['B14', '001711234567'],
    ['B16', '001711234567'],
  ]);
});

describe('emergency numbers', () => {
  test.each([
    ['110', '0110'],
    ['112', '0112'],
    [' 1-1-0 ', '0110'],
    ['0110', '0110'],
    ['0 112', '0112'],
  ])('%j is recognised and only gets the access code', (typed, digits) => {
    expect(dial({ typed, location: L1, purpose: 'dial' })).toMatchObject({
      digits,
      class: 'special',
      emergency: digits.slice(1),
    });
  });

  test('a DDI range over 110 and 112 does not swallow them', () => {
    expect(dial({ typed: '112', location: L2, purpose: 'dial' })).toMatchObject({
      digits: '0112',
      emergency: '112',
    });
  });

  test('without a PBX nothing is put before it; direct dialling still counts as emergency', () => {
    expect(dial({ typed: '112', location: L0, purpose: 'dial' })).toMatchObject({
      digits: '112',
      emergency: '112',
    });
    expect(dial({ typed: '!112', location: L1, purpose: 'dial' })).toMatchObject({
      digits: '112',
      emergency: '112',
    });
  });
});

test('LIN-013 a line number keeps its suffix', () => {
  expect(lineNumber('111', 'b', L2)).toBe('+493012345111b');
  expect(lineNumber('20', '', L1)).toBe('20');
});

test('NUM-097 a DDI number is short at its own location and full at another', () => {
  expect(displayNumber('+49301234530', L1)).toBe('30');
  expect(displayNumber('+49301234530', MUC)).toBe('+49301234530');
  expect(displayNumber('+4930123456', L1)).toBe('+49 (30) 123456');
});
