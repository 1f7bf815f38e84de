import { expect, test } from 'vitest';
import { locationBody, newLocation, publicNumber } from './locations.ts';

const berlin = { ...newLocation, areaCode: '30', baseNumber: '12345', ddiFrom: '10', ddiTo: '99' };

test('the preview shows what the number pipeline makes of an extension', () => {
  expect(publicNumber('20', berlin)).toBe('+49301234520');
  expect(publicNumber('5', berlin)).toBeNull();
  expect(publicNumber('200', berlin)).toBeNull();
  expect(publicNumber('2x', berlin)).toBeNull();
  expect(publicNumber('20', { ...berlin, ddiFrom: '', ddiTo: null })).toBeNull();
});

test('empty ends of a range are sent as null, untouched ones not at all', () => {
  expect(locationBody({ ddiFrom: '', ddiTo: '99' })).toEqual({ ddiFrom: null, ddiTo: '99' });
  expect(locationBody({ name: 'Berlin' })).toEqual({ name: 'Berlin' });
});
