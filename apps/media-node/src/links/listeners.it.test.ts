import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import { expect, test, vi } from 'vitest';
import { system } from '../testing/actors.ts';
import { wait } from '../testing/system.ts';

test('LIN-046 LIN-081 a node tells the control plane where it listens, and its certificate', async () => {
  const { peers, node } = await system();
  const [told] = peers.told;
  expect(told?.listeners.map(({ transport, address }) => [transport, address])).toEqual([
    ['udp', '127.0.0.1'],
    ['tcp', '127.0.0.1'],
    ['tls', '127.0.0.1'],
  ]);
  expect(told?.listeners[0]?.port).toBe(node.sipPort);
  expect(told?.certificate?.names).toEqual(['IP Address:127.0.0.1']);
  expect(told?.media).toEqual({ address: '127.0.0.1', portMin: 1024, portMax: 65_535 });
});

test('LIN-021 a watched line tells its REGISTER when it is opened afresh, an unwatched one does not', async () => {
  const { peers, tenant } = await system();
  const [watched, other] = tenant.config.lineGroups[0]?.lines ?? [];
  if (!watched || !other) throw new Error('no lines');
  const until = new Date(Date.now() + 60_000).toISOString();
  peers.sayControl({ t: 'line.watch', lineId: watched.id, until });
  peers.sayControl({ t: 'line.reset', lineId: other.id });
  peers.sayControl({ t: 'line.reset', lineId: watched.id });
  await vi.waitFor(() => expect(peers.eventsOf('line.sip').length).toBeGreaterThan(1), wait);
  const told = peers.eventsOf('line.sip').map(({ data }) => data as NodeEventData<'line.sip'>);
  expect(new Set(told.map(({ lineId }) => lineId))).toEqual(new Set([watched.id]));
  expect(told[0]).toMatchObject({ direction: 'out', cseq: expect.stringMatching(/REGISTER$/) });
  expect(told[1]).toMatchObject({ direction: 'in', startLine: 'SIP/2.0 200 OK' });
});
