import { callLimits, defaultCallLimits } from '@trunkline/contracts/call-limits.ts';
import { expect, test } from 'vitest';
import {
  countryName,
  limitsOf,
  outOfBounds,
  readCountry,
  readPrefix,
  valuesOfLimits,
} from './limits.ts';

test('limits come out of the form as they went in', () => {
  expect(limitsOf(valuesOfLimits(defaultCallLimits))).toEqual(defaultCallLimits);
  const none = { ...defaultCallLimits, foreignMinutesPerHour: null };
  expect(limitsOf(valuesOfLimits(none))).toEqual(none);
});

test('the form refuses what the API would refuse', () => {
  const values = valuesOfLimits(defaultCallLimits);
  expect(outOfBounds(values)).toEqual([]);
  for (const [field, value] of [
    ['concurrentCalls', 0],
    ['callsPerMinute', 10_001],
    ['callsPerMinuteUser', 1.5],
    ['foreign', '-1'],
  ] as const) {
    const wrong = { ...values, [field]: value };
    expect(outOfBounds(wrong)).toEqual([field]);
    expect(callLimits.safeParse(limitsOf(wrong)).success).toBe(false);
  }
});

test.each([
  ['+49', '49'],
  ['0041', '41'],
  ['352', '352'],
  ['*', '*'],
  ['4930', null],
  ['Deutschland', null],
])('the country %s is read as %s', (text, code) => {
  expect(readCountry(text)).toBe(code);
});

test.each([
  ['+49900', '+49900'],
  ['0088', '+88'],
  ['0900', null],
])('the prefix %s is read as %s', (text, prefix) => {
  expect(readPrefix(text)).toBe(prefix);
});

test('countries have names in both languages', () => {
  expect(countryName('49', 'de')).toBe('+49 Deutschland');
  expect(countryName('49', 'en')).toBe('+49 Germany');
  expect(countryName('999', 'en')).toBe('+999');
});
