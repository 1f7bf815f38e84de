import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLine } from '../lines/create-line.ts';
import { getMe } from '../me/get-me.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { listPeople } from './list-people.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

test('USR-017 colleagues see business and mobile number; hidden phones only bind lines', async () => {
  const { tenant, group, ctx } = await system.equipped();
  for (const number of ['20', '21'])
    await createLine(ctx, { lineGroupId: group.id, userName: number, number });
  const anna = await system.member(tenant.id, {
    displayName: 'Anna',
    phones: [
      { slot: 'business', number: '20' },
      { slot: 'phone1', number: '21' },
      { slot: 'mobile', number: '+49 171 1234567' },
      { slot: 'mailbox', number: '99' },
    ],
  });
  const ben = await system.member(tenant.id, { displayName: 'Ben' });
  const { items } = await listPeople(system.user(tenant.id, ben.id), {});
  expect(items.find((person) => person.id === anna.id)?.numbers).toEqual([
    { slot: 'business', number: '+49301234520', display: '20' },
    { slot: 'mobile', number: '+491711234567', display: '+49 171 1234567' },
  ]);
  const me = await getMe(system.user(tenant.id, anna.id));
  expect(me.lines.map((line) => line.display)).toEqual(['20', '21']);
});
