import { newId } from '@trunkline/contracts/ids.ts';
import { describe, expect, test } from 'vitest';
import { maySeePresence, type Principal, permissionLevels } from './may-see-presence.ts';

const tenant = newId('tenant');
const anna: Principal = { tenant, userId: newId('user') };
const ben: Principal = { tenant, userId: newId('user') };

describe('maySeePresence', () => {
  test('PLT-018 nobody sees across tenants, at no level, not even the same user id', () => {
    for (const level of permissionLevels) {
      expect(maySeePresence({ ...anna, tenant: newId('tenant') }, anna, level)).toBeUndefined();
    }
  });

  test('everyone sees all of the own presence, at any level', () => {
    for (const level of permissionLevels)
      expect(maySeePresence(anna, anna, level)).toEqual({
        state: true,
        telephony: true,
        since: true,
        note: true,
        own: true,
      });
  });

  test('USR-079 the levels grant presence from public and the line state from business', () => {
    expect(maySeePresence(anna, ben, 'none')).toBeUndefined();
    expect(maySeePresence(anna, ben, 'public')).toMatchObject({ state: true, telephony: false });
    for (const level of ['business', 'team', 'personal'] as const)
      expect(maySeePresence(anna, ben, level)).toMatchObject({
        state: true,
        telephony: true,
        since: true,
        own: false,
      });
  });

  test('equal rights are the same object, so that a fan-out can group by it', () => {
    expect(maySeePresence(anna, ben, 'team')).toBe(maySeePresence(ben, anna, 'team'));
  });
});
