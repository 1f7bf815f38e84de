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
  ['112', null],
  ['!21', null],
])('%s reaches %s', (typed, expected) => {
  if (!location) throw new Error('no location');
  const dialled = dial({ typed, location, purpose: 'dial' });
  if (!dialled.ok) throw new Error('not dialable');
  expect(tollTarget(dialled, location)).toBe(expected);
});
