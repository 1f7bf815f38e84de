import { newId } from '@trunkline/contracts/ids.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { expect, test } from 'vitest';
import { defaultLimits, type HubLimits } from './limits.ts';
import { createTenantGate } from './tenant-gate.ts';
import { settled, testClock } from './testing.ts';

/** A gate before an authority that answers `serves`, or nothing while it is away. */
function rig(limits: Partial<HubLimits> = {}) {
  const clock = testClock();
  const log: string[] = [];
  const authority = { serves: true, away: false, asked: 0 };
  const gate = createTenantGate({
    async mayServe() {
      authority.asked += 1;
      if (authority.away) throw new Error('no database');
      return authority.serves;
    },
    limits: { ...defaultLimits, ...limits },
    clock,
    logger: createLogger({ name: 'gate', level: 'warn', write: (line) => log.push(line) }),
  });
  return { clock, log, authority, gate };
}
const node = newId('mediaNode');
const tenant = newId('tenant');

test('a positive answer is good for 60 s, a negative one for 2 s', async () => {
  const { clock, authority, gate } = rig();
  expect(gate.known(node, tenant)).toBeUndefined();
  expect(await gate.ask(node, tenant)).toBe('serves');
  clock.advance(59_999);
  expect(gate.known(node, tenant)).toBe('serves');
  clock.advance(1);
  expect(gate.known(node, tenant)).toBeUndefined();
  authority.serves = false;
  expect(await gate.ask(node, tenant)).toBe('foreign');
  clock.advance(1_999);
  expect(gate.known(node, tenant)).toBe('foreign');
  clock.advance(1);
  expect(gate.known(node, tenant)).toBeUndefined();
});

test('answers are one node’s and one tenant’s', async () => {
  const { gate } = rig();
  await gate.ask(node, tenant);
  expect(gate.known(newId('mediaNode'), tenant)).toBeUndefined();
  expect(gate.known(node, newId('tenant'))).toBeUndefined();
});

test('the same question is asked once at a time', async () => {
  const { authority, gate } = rig();
  expect(await Promise.all([gate.ask(node, tenant), gate.ask(node, tenant)])).toEqual([
    'serves',
    'serves',
  ]);
  expect(authority.asked).toBe(1);
});

test('with the database away a stale positive stands in, a negative does not, and nobody waits', async () => {
  const { clock, log, authority, gate } = rig();
  const foreign = newId('tenant');
  await gate.ask(node, tenant);
  authority.serves = false;
  await gate.ask(node, foreign);
  authority.away = true;
  clock.advance(3_600_000);
  expect(await gate.ask(node, tenant)).toBe('serves');
  expect(await gate.ask(node, foreign)).toBe('unknown');
  expect(gate.known(node, tenant)).toBe('serves');
  expect(gate.known(node, foreign)).toBe('unknown');
  expect(log).toHaveLength(1);
  clock.advance(5_000);
  expect(gate.known(node, tenant)).toBeUndefined();
  authority.away = false;
  expect(await gate.ask(node, tenant)).toBe('foreign');
  authority.away = true;
  clock.advance(2_000);
  expect(await gate.ask(node, tenant)).toBe('unknown');
});

test('made-up tenants displace no real one; the oldest answers go first', async () => {
  const { authority, gate } = rig({ servedAnswers: 2 });
  await gate.ask(node, tenant);
  authority.serves = false;
  const madeUp = [newId('tenant'), newId('tenant'), newId('tenant')];
  for (const name of madeUp) await gate.ask(node, name);
  await settled();
  expect(gate.known(node, tenant)).toBe('serves');
  expect(madeUp.map((name) => gate.known(node, name))).toEqual([undefined, 'foreign', 'foreign']);
});
