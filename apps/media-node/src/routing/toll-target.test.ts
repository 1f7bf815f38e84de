import { dial } from '@trunkline/numbers/dial.ts';
import { expect, test } from 'vitest';
import { testTenant } from '../testing/tenant.ts';
import { tollTarget } from './toll-target.ts';

const [location] = testTenant().config.locations;

test.each([
  ['+8816123456', '+8816123456'],
  ['0088161234567', '+88161234567'],
  ['!00088161234567', '+88161234567'],
  ['*21*000881612345#', '+881612345'],
  ['*59' + '35', null],
  ['21', null],
  ['030 987654', '+4930987654'],
  ['+49 0881 12345678', '+88112345678'],
  ['0049 0881 1234567', '+8811234567'],
  ['!000 881 12345678', '+88112345678'],
  ['!000-881-12(34)56.78', '+88112345678'],
  ['*21*0030123456*000881123456#', '+881123456'],
  ['*21*000881123456*0030123456#', '+881123456'],
  ['112', null],
  ['!21', null],
])('%s reaches %s', (typed, expected) => {
  if (!location) throw new Error('no location');
  const dialled = dial({ typed, location, purpose: 'dial' });
  if (!dialled.ok) throw new Error('not dialable');
  expect(tollTarget(dialled, location)).toBe(expected);
});
