import { expect, test } from 'vitest';
import { mayStart } from './limits.ts';

const limits = { perUser: 2, perTenant: 3, perNode: 4 };
const call = (tenantId: string, ...users: string[]) => ({ tenantId, users });

test('a user has room up to the bound', () => {
  expect(mayStart([call('a', 'anna')], call('a', 'anna'), limits)).toBe(true);
  expect(mayStart([call('a', 'anna'), call('a', 'anna')], call('a', 'anna'), limits)).toBe(false);
  expect(mayStart([call('a', 'anna'), call('a', 'anna')], call('a', 'anna', 'ben'), limits)).toBe(
    true,
  );
});

test('one tenant cannot use up the node, and a full node takes nobody', () => {
  const three = [call('a', 'x'), call('a', 'y'), call('a', 'z')];
  expect(mayStart(three, call('a', 'anna'), limits)).toBe(false);
  expect(mayStart(three, call('b', 'dora'), limits)).toBe(true);
  expect(mayStart([...three, call('b', 'dora')], call('c', 'emil'), limits)).toBe(false);
});
