import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';

/** Below Linux' range for outgoing connections (32768 up), so that none of those takes a port of ours. */
const FIRST = 20_000;
const LAST = 32_000;
const ATTEMPTS = 400;

/** What keeps other test runners on this machine off a port for as long as this process lives. */
const claims: Server[] = [];

/**
 * A port free on 127.0.0.1 for both TCP and UDP.
 *
 * It is claimed machine-wide until this process ends, so parallel runners never pick the same
 * one between asking for it and the peer binding it.
 */
export function freePort(): Promise<number> {
  return freePorts(1);
}

/**
 * The first of `count` consecutive free ports, an even number if `count` is more than one (RTP
 * takes the even one, RTCP the next).
 *
 * @throws Error when no such run was found
 */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    let first = FIRST + Math.floor(Math.random() * (LAST - FIRST - count));
    if (count > 1) first -= first % 2;
    if (await claim(first, count)) return first;
  }
  throw new Error(`no ${count} consecutive free ports between ${FIRST} and ${LAST}`);
}

async function claim(first: number, count: number): Promise<boolean> {
  const taken: Server[] = [];
  for (let port = first; port < first + count; port += 1) {
    // An abstract socket name vanishes with its process, unlike a lock file.
    const holder = await listen(`\0trunkline-e2e-port-${port}`);
    if (holder) taken.push(holder);
    if (!holder || !(await isFree(port))) {
      for (const server of taken) server.close();
      return false;
    }
  }
  claims.push(...taken);
  return true;
}

async function isFree(port: number): Promise<boolean> {
  const tcp = await listen(port);
  if (!tcp) return false;
  await new Promise((resolve) => tcp.close(resolve));
  return new Promise((resolve) => {
    const udp = createSocket('udp4');
    udp.once('error', () => resolve(false));
    udp.bind({ port, address: '127.0.0.1', exclusive: true }, () => udp.close(() => resolve(true)));
  });
}

function listen(where: number | string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', () => resolve(undefined));
    const done = () => resolve(server);
    if (typeof where === 'string') server.listen({ path: where, exclusive: true }, done);
    else server.listen({ port: where, host: '127.0.0.1', exclusive: true }, done);
  });
}
