import { roles as contractRoles } from '@trunkline/contracts/scopes.ts';
import { phoneSlot, type User } from '@trunkline/contracts/users.ts';
import { expect, test } from 'vitest';
import { matchesUser, phonesOf, roles, slots, slotTexts } from './users.ts';

const anna: User = {
  id: 'usr_x',
  userName: 'anna',
  identity: 'anna@demo.example',
  displayName: 'Anna Müller',
  email: null,
  roles: [],
  language: null,
  enabled: true,
  phones: [{ slot: 'business', number: '+49301234520', lineId: null }],
  createdAt: '2026-11-23T09:00:00.000Z',
  updatedAt: '2026-11-23T09:00:00.000Z',
  version: 1,
};

test('roles and slots are those of the contracts', () => {
  expect(roles).toEqual(contractRoles);
  expect(slots).toEqual(phoneSlot.options);
});

test('numbers travel between form and API', () => {
  expect(slotTexts(anna).business).toBe('+49301234520');
  expect(phonesOf({ ...slotTexts(anna), mobile: ' 0170 1 ', mailbox: ' ' })).toEqual([
    { slot: 'business', number: '+49301234520' },
    { slot: 'mobile', number: '0170 1' },
  ]);
});

test('people are found by name, address and number', () => {
  expect(matchesUser(anna, 'müll')).toBe(true);
  expect(matchesUser(anna, 'DEMO.example')).toBe(true);
  expect(matchesUser(anna, '30 12345')).toBe(true);
  expect(matchesUser(anna, '')).toBe(true);
  expect(matchesUser(anna, 'ben')).toBe(false);
});
