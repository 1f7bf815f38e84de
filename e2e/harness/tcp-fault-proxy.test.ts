import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type StreamFaults, startTcpFaultProxy } from './tcp-fault-proxy.ts';
import { waitFor } from './wait-for.ts';

/** What a socket has seen. */
interface Watched {
  readonly socket: Socket;
  text: string;
  ended: boolean;
  error: string | undefined;
}

function watch(socket: Socket): Watched {
  const watched: Watched = { socket, text: '', ended: false, error: undefined };
  socket.on('data', (chunk) => {
    watched.text += chunk.toString();
  });
  socket.on('end', () => {
    watched.ended = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    watched.error = error.code;
  });
  return watched;
}

/** A server, a proxy in front of it, and clients on demand. */
async function line(faults: { toServer?: StreamFaults; toClient?: StreamFaults } = {}) {
  const accepted: Watched[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(watch(socket)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const target = { host: '127.0.0.1', port: address.port };
  const proxy = await startTcpFaultProxy({ target, ...faults });
  const clients: Watched[] = [];
  const dial = async () => {
    const socket = connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true });
    const client = watch(socket);
    clients.push(client);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return client;
  };
  return {
    proxy,
    server,
    accepted,
    dial,
    /** A client and the server's end of its connection. */
    async pair() {
      const count = accepted.length;
      const client = await dial();
      const far = await waitFor('the connection to arrive', () => accepted[count]);
      return [client, far] as const;
    },
    async [Symbol.asyncDispose]() {
      await proxy.close();
      for (const { socket } of [...clients, ...accepted]) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('without faults bytes and ends pass, each direction on its own', async () => {
  await using it = await line();
  const [client, far] = await it.pair();
  client.socket.end('question');
  await waitFor('the end', () => far.ended);
  expect(far.text).toBe('question');
  far.socket.end('answer');
  await waitFor('the other end', () => client.ended);
  expect(client.text).toBe('answer');
  await waitFor('nothing left', () => it.proxy.connections === 0);
});

test('carries more than it holds', async () => {
  await using it = await line();
  const [client, far] = await it.pair();
  client.socket.end('x'.repeat(8_000_000));
  await waitFor('the end', () => far.ended);
  expect(far.text).toHaveLength(8_000_000);
});

test('delays and keeps the order', async () => {
  await using it = await line({ toServer: { delayMs: 80, jitterMs: 40 } });
  const [client, far] = await it.pair();
  const startedAt = performance.now();
  for (let number = 0; number < 10; number += 1) client.socket.write(String(number));
  await waitFor('all', () => far.text.length === 10, { intervalMs: 1 });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(79);
  expect(far.text).toBe('0123456789');
});

test('cut holds bytes, ends and new connections; heal loses nothing', async () => {
  await using it = await line();
  const [client, far] = await it.pair();
  it.proxy.cut();
  client.socket.end('held');
  const late = await it.dial();
  late.socket.write('late');
  // A second, whole line proves that time enough has passed for the first to have delivered.
  await using other = await line();
  const [probe, probeFar] = await other.pair();
  probe.socket.end('probe');
  await waitFor('the probe', () => probeFar.ended);
  expect([far.text, far.ended, it.accepted.length]).toEqual(['', false, 1]);
  it.proxy.heal();
  await waitFor('what was held', () => far.ended);
  expect(far.text).toBe('held');
  await waitFor('the late one', () => it.accepted[1]?.text === 'late');
});

test('reset is seen as a reset on both sides', async () => {
  await using it = await line();
  const [client, far] = await it.pair();
  it.proxy.reset();
  await waitFor('both resets', () => client.error && far.error);
  expect([client.error, far.error]).toEqual(['ECONNRESET', 'ECONNRESET']);
});

test('half-open: the other side sees a connection that swallows everything', async () => {
  await using it = await line();
  const [client, far] = await it.pair();
  it.proxy.halfOpen('server');
  await waitFor('the server to lose it', () => far.error === 'ECONNRESET');
  client.socket.write('into the void');
  const [next, nextFar] = await it.pair();
  next.socket.end('works');
  await waitFor('a new connection to work', () => nextFar.text === 'works');
  expect([client.error, client.ended, client.socket.writable]).toEqual([undefined, false, true]);
});

test('a server that refuses resets the client', async () => {
  await using it = await line();
  await new Promise((resolve) => it.server.close(resolve));
  const client = await it.dial();
  await waitFor('the refusal', () => client.error === 'ECONNRESET');
});
