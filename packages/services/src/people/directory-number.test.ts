import type { NumberLocation } from '@trunkline/numbers/location.ts';
import { expect, test } from 'vitest';
import { directoryNumber } from './directory-number.ts';

const berlin: NumberLocation = {
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
const munich = { ...berlin, areaCode: '89', baseNumber: '555', ddiFrom: '60', ddiTo: '99' };

test.each([
  ['+491711234567', '+491711234567'],
  ['30', '+49301234530'],
  ['01711234567', '+491711234567'],
  ['20', null],
  ['110', null],
])('%s at one site', (entered, expected) => {
  expect(directoryNumber(entered, [berlin])).toBe(expected);
});

test('an extension of two sites, or a national number with two, is not sure', () => {
  expect(directoryNumber('35', [berlin, munich])).toBe('+49301234535');
  expect(directoryNumber('65', [berlin, munich])).toBeNull();
  expect(directoryNumber('01711234567', [berlin, munich])).toBeNull();
  expect(directoryNumber('30', [])).toBeNull();
});
