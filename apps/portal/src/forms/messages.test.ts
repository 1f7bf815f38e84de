import { createLine, createLineGroup } from '@trunkline/contracts/lines.ts';
import { createLocation } from '@trunkline/contracts/locations.ts';
import { fieldErrors } from '@trunkline/contracts/parse.ts';
import { createUser } from '@trunkline/contracts/users.ts';
import { expect, test } from 'vitest';
import { messageKey } from './messages.ts';

type Schema =
  | typeof createUser
  | typeof createLocation
  | typeof createLineGroup
  | typeof createLine;

function messages(schema: Schema, input: unknown): string[] {
  const result = schema.safeParse(input);
  return result.success ? [] : fieldErrors(result.error).map((error) => error.message);
}
const phone = { slot: 'business', number: '1' };

test.each<[string, Schema, Record<string, unknown>]>([
  [
    'user',
    createUser,
    { userName: 'nina ü', displayName: 'N', email: 'x', phones: [phone, phone] },
  ],
  [
    'site',
    createLocation,
    {
      name: 'B',
      countryCode: '+49',
      areaCode: 'x',
      baseNumber: 'y',
      accessCode: 'z',
      timeZone: 'q',
    },
  ],
  ['range', createLocation, { name: 'B', countryCode: '49', areaCode: '30', ddiFrom: '10' }],
  [
    'lengths',
    createLocation,
    {
      name: 'B',
      countryCode: '49',
      areaCode: '',
      ddiFrom: '99',
      ddiTo: '10',
      internalLengthMin: 9,
    },
  ],
  [
    'line group',
    createLineGroup,
    { name: 'P', registrarHost: 'a b', locationId: 'loc_01jd3zq7w4e6v8t0n5m2k9h3xa' },
  ],
  [
    'line',
    createLine,
    {
      lineGroupId: 'lgr_01jd3zq7w4e6v8t0n5m2k9h3xa',
      userName: 'ä',
      number: 'x',
      suffix: '1',
    },
  ],
])('every message the API has for a wrong %s is translated', (_name, schema, input) => {
  const found = messages(schema, input);
  expect(found.length).toBeGreaterThan(0);
  for (const message of found) expect(messageKey(message), message).not.toBeNull();
});
