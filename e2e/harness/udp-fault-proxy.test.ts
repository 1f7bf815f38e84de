import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { type DatagramFaults, startUdpFaultProxy } from './udp-fault-proxy.ts';
import { waitFor } from './wait-for.ts';

async function socketOnLoopback() {
  const socket = createSocket('udp4');
  const received: string[] = [];
  socket.on('message', (datagram) => received.push(datagram.toString()));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    socket,
    received,
    port: socket.address().port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.close(resolve)),
  };
}

/** A server, a client and a proxy between them. */
async function line(toServer: DatagramFaults = {}, seed = 7) {
  const server = await socketOnLoopback();
  const client = await socketOnLoopback();
  const proxy = await startUdpFaultProxy({
    target: { host: '127.0.0.1', port: server.port },
    seed,
    toServer,
  });
  return {
    server,
    client,
    proxy,
    /** Sends numbered datagrams one after the other, each handled before the next is sent. */
    async send(count: number) {
      const before = proxy.counts.toServer.received;
      for (let number = 0; number < count; number += 1) {
        client.socket.send(String(number), proxy.port, '127.0.0.1');
        await waitFor(
          'the proxy to take a datagram',
          () => proxy.counts.toServer.received === before + number + 1,
          { intervalMs: 0 },
        );
      }
    },
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await server[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
    },
  };
}

const numbers = (count: number) => Array.from({ length: count }, (_, number) => String(number));

test('without faults everything passes in order, both ways', async () => {
  await using it = await line();
  it.server.socket.on('message', (datagram, { port, address }) =>
    it.server.socket.send(`re ${datagram}`, port, address),
  );
  await it.send(20);
  await waitFor('the answers', () => it.client.received.length === 20);
  expect(it.server.received).toEqual(numbers(20));
  expect(it.client.received).toEqual(numbers(20).map((number) => `re ${number}`));
});

test('answers find the client that asked', async () => {
  await using it = await line();
  await using other = await socketOnLoopback();
  it.server.socket.on('message', (datagram, { port, address }) =>
    it.server.socket.send(datagram, port, address),
  );
  it.client.socket.send('a', it.proxy.port, '127.0.0.1');
  other.socket.send('b', it.proxy.port, '127.0.0.1');
  await waitFor('both', () => it.client.received.length === 1 && other.received.length === 1);
  expect([it.client.received, other.received]).toEqual([['a'], ['b']]);
});

test('loses a share, the same datagrams for the same seed', async () => {
  const runs: string[][] = [];
  for (const seed of [7, 7, 8]) {
    await using it = await line({ loss: 0.3 }, seed);
    await it.send(200);
    const { lost } = it.proxy.counts.toServer;
    await waitFor('the rest', () => it.server.received.length === 200 - lost);
    expect(lost).toBeGreaterThan(30);
    expect(lost).toBeLessThan(90);
    runs.push(it.server.received);
  }
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).not.toEqual(runs[0]);
});

test('duplicates', async () => {
  await using it = await line({ duplicate: 1 });
  await it.send(5);
  await waitFor('ten', () => it.server.received.length === 10);
  expect(it.server.received).toEqual(numbers(5).flatMap((number) => [number, number]));
});

test('reorders neighbours and loses none', async () => {
  await using it = await line({ reorder: 1 });
  await it.send(6);
  await waitFor('all', () => it.server.received.length === 6);
  expect(it.server.received).toEqual(['1', '0', '3', '2', '5', '4']);
  it.client.socket.send('alone', it.proxy.port, '127.0.0.1');
  await waitFor('one without a successor', () => it.server.received.at(-1) === 'alone');
});

test('delays', async () => {
  await using it = await line({ delayMs: 120 });
  const startedAt = performance.now();
  await it.send(1);
  await waitFor('it', () => it.server.received.length === 1, { intervalMs: 1 });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(119);
});

test('loses chosen datagrams', async () => {
  await using it = await line({
    lose: (datagram, index) => datagram.toString() === '1' && index < 3,
  });
  await it.send(4);
  await waitFor('the others', () => it.server.received.length === 3);
  expect(it.server.received).toEqual(['0', '2', '3']);
});

test('faults change while it runs; cut loses all until healed', async () => {
  await using it = await line({ loss: 1 });
  await it.send(3);
  it.proxy.toServer({});
  await it.send(1);
  it.proxy.cut();
  await it.send(4);
  it.proxy.heal();
  it.client.socket.send('back', it.proxy.port, '127.0.0.1');
  await waitFor('the line to be back', () => it.server.received.at(-1) === 'back');
  expect(it.server.received).toEqual(['0', 'back']);
  expect(it.proxy.counts.toServer).toMatchObject({ received: 9, lost: 7, sent: 2 });
});
