import { expect, test } from 'vitest';
import { system } from '../testing/actors.ts';

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
