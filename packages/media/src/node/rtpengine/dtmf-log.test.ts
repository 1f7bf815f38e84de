import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { type LoggedKey, openDtmfLog, readLoggedKey } from './dtmf-log.ts';

const told = {
  callid: 'c1',
  source_tag: 'leg',
  tags: ['leg', 'near'],
  type: 'DTMF',
  timestamp: 1795406014,
  source_ip: '127.0.0.1',
  event: 11,
  duration: 100,
  volume: 10,
};
const octets = (value: unknown) => Buffer.from(JSON.stringify(value));

test('a key rtpengine tells is read', () => {
  expect(readLoggedKey(octets(told))).toEqual({ callId: 'c1', tag: 'leg', digit: '#' });
});

test.each([
  ['no JSON', Buffer.from('{')],
  ['no object', octets(5)],
  ['nothing', octets(null)],
  ['another type', octets({ ...told, type: 'x' })],
  ['no key', octets({ ...told, event: 16 })],
  ['an event as text', octets({ ...told, event: '5' })],
  ['no call', octets({ ...told, callid: 7 })],
  ['too much', octets({ ...told, more: 'x'.repeat(5000) })],
])('%s is not', (_, datagram) => {
  expect(readLoggedKey(datagram)).toBeUndefined();
});

test('only the daemons are listened to', async () => {
  const keys: LoggedKey[] = [];
  const log = await openDtmfLog({ host: '127.0.0.1', port: 0 }, ['127.0.0.1'], (key) =>
    keys.push(key),
  );
  const send = async (address: string, event: number) => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    await new Promise((resolve) =>
      socket.send(octets({ ...told, event }), log.port, '127.0.0.1', resolve),
    );
    socket.close();
  };
  await send('127.0.0.2', 1);
  await send('127.0.0.1', 2);
  await expect.poll(() => keys.map(({ digit }) => digit)).toEqual(['2']);
  log.close();
});
