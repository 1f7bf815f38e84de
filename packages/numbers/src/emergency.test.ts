import { expect, test } from 'vitest';
import { dial } from './dial.ts';
import { emergencyNumber } from './emergency.ts';

const location = {
  countryCode: '49',
  areaCode: '30',
  usesPbx: true,
  exchangeType: 'ddi',
  baseNumber: '12345',
  ddiFrom: '10',
  ddiTo: '99',
  internalLengthMin: 2,
  internalLengthMax: 4,
  accessCode: '0',
} as const;
const dialled = (typed: string) => dial({ typed, location, purpose: 'dial' });

test.each(['110', '0110', ' 1 1 0', '１１０', '1１0', '١١٠', 'Notruf 110', '\u200b110'])(
  '%s is the emergency number 110 and leaves with the access code',
  (typed) => {
    expect(emergencyNumber(typed, location)).toBe('110');
    expect(dialled(typed)).toMatchObject({ ok: true, emergency: '110', digits: '0110' });
  },
);

test.each([
  ['!110', '110'],
  ['!0110', '0110'],
  ['!1-1 (0)', '110'],
])('dialled directly, %s is one too and leaves as the digits %s', (typed, digits) => {
  expect(dialled(typed)).toMatchObject({ ok: true, emergency: '110', digits });
});

test('an address that merely holds the digits is none: it gets none of the emergency rights', () => {
  expect(emergencyNumber('!x110y', location)).toBeNull();
  expect(dialled('!x110y')).toMatchObject({ ok: true, emergency: null, digits: 'x110y' });
});

test.each([
  ['+4930110', '0030110'],
  ['030 112', '0030112'],
  ['+49 30 00881 123456', '003000881123456'],
  ['030 11833', '003011833'],
])('%s does not become another call by leaving out the own area code', (typed, digits) => {
  expect(dialled(typed)).toMatchObject({ ok: true, emergency: null, class: 'external', digits });
});
