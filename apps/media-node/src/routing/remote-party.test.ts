import { describe, expect, test } from 'vitest';
import { tenantModel } from '../config/tenant-model.ts';
import { testTenant } from '../testing/tenant.ts';
import { reportedParty } from './remote-party.ts';

const { config, ben } = testTenant();
const tenant = tenantModel(config);
const [location] = config.locations;
if (!location) throw new Error('no location');
const party = (user: string, displayName: string | null = null) =>
  reportedParty(tenant, location, { user, displayName });

describe('who calls', () => {
  test('a colleague is known by the number, whatever name the PBX sends', () => {
    expect(party('21', 'Desk 21')).toEqual({
      number: '+49301234521',
      display: '21',
      name: 'Ben Muster',
      userId: ben,
    });
  });

  test('an external caller is shown with the reported name and the full number', () => {
    expect(party('001711234567', 'Ford Prefect')).toEqual({
      number: '+491711234567',
      display: '+491711234567',
      name: 'Ford Prefect',
      userId: null,
    });
  });

  test('a display name that repeats the number is no name', () => {
    expect(party('40', '40').name).toBeNull();
  });

  test('what a PBX reports can be read in one line and one direction', () => {
    expect(party('\u202e\u0000boss', '\u202eAnna\r\n\u001b[31m')).toMatchObject({
      display: 'boss',
      name: 'Anna[31m',
    });
  });

  test('a withheld number stays withheld', () => {
    expect(party('anonymous', 'Anonymous')).toMatchObject({ number: null, userId: null });
  });
});

test('a name that is too long ends with a whole character', () => {
  const { name } = party('+4989123', `x${'\u{1F600}'.repeat(200)}`);
  expect(name?.isWellFormed()).toBe(true);
  expect(name?.length).toBe(199);
});
