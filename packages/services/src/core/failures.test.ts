import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { expect, test } from 'vitest';
import { guarded, translateFailure } from './failures.ts';

const refusal = (code: string, constraint?: string) =>
  Object.assign(new Error('query failed'), {
    cause: Object.assign(new Error('refused'), { code, constraint_name: constraint }),
  });

test.each([
  ['23505', 'tenant_aliases_pkey', 'alias_taken'],
  ['23505', 'domains_name_key', 'domain_taken'],
  ['23505', 'users_user_name', 'already_exists'],
  ['23503', 'line_groups_location', 'still_in_use'],
  ['ECONNREFUSED', undefined, 'unavailable'],
  ['57P01', undefined, 'unavailable'],
  ['08006', undefined, 'unavailable'],
  ['57014', undefined, 'unavailable'],
  ['22021', undefined, 'invalid_request'],
  ['22P05', undefined, 'invalid_request'],
])('%s %s is told as %s', (code, constraint, expected) => {
  expect(translateFailure(refusal(code, constraint))).toMatchObject({ code: expected });
});

test('an error of ours and one nobody expected stay what they are', () => {
  for (const error of [new TrunklineError('not_found'), new Error('bug'), refusal('42703'), 'x'])
    expect(translateFailure(error)).toBe(error);
});

test('a transaction that lost a race for locks is tried again, a bounded number of times', async () => {
  let runs = 0;
  const losing = (times: number) => () => {
    runs += 1;
    return runs <= times ? Promise.reject(refusal('40P01')) : Promise.resolve('won');
  };
  expect(await guarded(losing(2))).toBe('won');
  runs = 0;
  await expect(guarded(losing(99))).rejects.toMatchObject({ code: 'unavailable' });
  expect(runs).toBe(4);
});
