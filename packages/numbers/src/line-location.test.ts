import { describe, expect, test } from 'vitest';
import { fitsLocation, locationHolding } from './line-location.ts';
import type { NumberLocation } from './location.ts';

const site = (name: string, over: Partial<NumberLocation>) => ({
  name,
  countryCode: '49',
  areaCode: '30',
  usesPbx: true,
  exchangeType: 'ddi' as const,
  baseNumber: '12345',
  ddiFrom: '30' as string | null,
  ddiTo: '69' as string | null,
  internalLengthMin: 2,
  internalLengthMax: 2,
  accessCode: '0',
  ...over,
});
const berlin = site('Berlin', {});
const munich = site('Munich', { areaCode: '89', baseNumber: '555', ddiFrom: '70', ddiTo: '99' });

describe('LIN-025 the location a number identifies', () => {
  test.each([
    ['+498955571', 'Munich'],
    ['35', 'Berlin'],
    ['20', null],
    ['+493012345', null],
    ['+498912345', null],
    ['+49301234570', null],
    ['350', null],
    ['', null],
  ])('%s → %s', (number, name) => {
    expect(locationHolding(number, [berlin, munich])?.name ?? null).toBe(name);
  });

  test('none when two locations hold the extension, one by its full number', () => {
    const hamburg = site('Hamburg', { areaCode: '40' });
    expect(locationHolding('35', [berlin, hamburg])).toBeNull();
    expect(locationHolding('+49401234535', [berlin, hamburg])?.name).toBe('Hamburg');
  });
});

describe('LIN-054 a number by hand fits its location', () => {
  test.each([
    ['35', true],
    ['+49301234535', true],
    ['20', false],
    ['+498955571', false],
  ])('%s in Berlin: %s', (number, fits) => {
    expect(fitsLocation(number, berlin)).toBe(fits);
  });

  test('every number where no DDI space says otherwise', () => {
    expect(fitsLocation('20', site('x', { ddiFrom: null, ddiTo: null }))).toBe(true);
    expect(fitsLocation('20', site('x', { exchangeType: 'msn' }))).toBe(true);
  });
});
