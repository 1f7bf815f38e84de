import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import { expect, test, vi } from 'vitest';
import { phone, system } from '../testing/actors.ts';
import { wait } from '../testing/system.ts';
import { outcome } from '../testing/talks.ts';

/** Whether calls on lines 20 and 21 are for the journal: 20 has it switched off, 21 on. */
async function journalled(group: boolean) {
  const all = await system({
    group: { journal: group },
    tenant: { lines: { '20': { journal: false }, '21': { journal: true } } },
  });
  const told: unknown[] = [];
  for (const [index, number] of ['20', '21'].entries()) {
    const desk = await phone();
    outcome(all.pbx.call(number, desk.offer()));
    await vi.waitFor(
      () => expect(all.peers.eventsOf('call.started')).toHaveLength(index + 1),
      wait,
    );
    const data: unknown = all.peers.eventsOf('call.started')[index]?.data;
    told.push(data);
  }
  return told.map((data) => (data as NodeEventData<'call.started'>).journal);
}

test('LIN-023 the journal of a group is that of all its lines', async () => {
  expect(await journalled(true)).toEqual([true, true]);
});

test('LIN-009 LIN-023 off, each line decides', async () => {
  expect(await journalled(false)).toEqual([false, true]);
});
