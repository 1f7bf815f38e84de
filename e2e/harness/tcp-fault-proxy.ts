import { connect, createServer, type Socket } from 'node:net';
import { type Random, seededRandom } from './seeded-random.ts';

/** What happens to the bytes of one direction. A stream loses and reorders nothing; it waits. */
export interface StreamFaults {
  /** Milliseconds each chunk is held; the order stays. */
  readonly delayMs?: number;
  /** Up to so many milliseconds more, evenly spread. */
  readonly jitterMs?: number;
}

/** A TCP proxy that hurts the connections passing through it. */
export interface TcpFaultProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Replaces the faults of a direction from the next chunk on. */
  toServer(faults: StreamFaults): void;
  toClient(faults: StreamFaults): void;
  /** Nothing passes until `heal`, ends and resets included; new connections wait. Nothing is lost. */
  cut(): void;
  heal(): void;
  /** Resets every connection on both sides (RST). */
  reset(): void;
  /**
   * One side is gone without a word, as by a power cut: its connections are reset, while the other
   * side keeps connections that look alive and swallow what it sends.
   */
  halfOpen(gone: 'client' | 'server'): void;
  /** Connections that both sides still hold. */
  readonly connections: number;
  close(): Promise<void>;
}

export interface TcpFaultProxyOptions {
  /** Where connections of clients go. */
  readonly target: { readonly host: string; readonly port: number };
  readonly host?: string;
  /** The same seed gives the same jitter; default 1. */
  readonly seed?: number;
  readonly toServer?: StreamFaults;
  readonly toClient?: StreamFaults;
}

/** Bytes held per direction and connection before the sender is made to wait. */
const MAX_HELD_BYTES = 1_048_576;

/** State all connections of a proxy share. */
interface Weather {
  isCut: boolean;
  toServer: StreamFaults;
  toClient: StreamFaults;
}

/** One direction of one connection: a queue of chunks with the time each is due. */
function createLane(
  from: Socket,
  to: Socket,
  weather: Weather,
  direction: 'toServer' | 'toClient',
  random: Random,
) {
  /** A chunk of undefined is the end of the stream. */
  const queue: { chunk: Buffer | undefined; due: number }[] = [];
  let heldBytes = 0;
  let lastDue = 0;
  let timer: NodeJS.Timeout | undefined;
  let isBlocked = false;
  let swallows = false;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    while (!weather.isCut && !isBlocked) {
      const [head] = queue;
      if (head === undefined) break;
      const waitMs = head.due - performance.now();
      if (waitMs > 0) {
        timer = setTimeout(flush, waitMs);
        break;
      }
      queue.shift();
      heldBytes -= head.chunk?.length ?? 0;
      if (to.destroyed) continue;
      if (head.chunk === undefined) to.end();
      else if (!to.write(head.chunk)) isBlocked = true;
    }
    if (!weather.isCut && heldBytes < MAX_HELD_BYTES) from.resume();
  };
  const hold = (chunk: Buffer | undefined) => {
    const { delayMs = 0, jitterMs = 0 } = weather[direction];
    const share = random();
    if (swallows) return;
    lastDue = Math.max(lastDue, performance.now() + delayMs + share * jitterMs);
    queue.push({ chunk, due: lastDue });
    heldBytes += chunk?.length ?? 0;
    if (heldBytes >= MAX_HELD_BYTES) from.pause();
    flush();
  };
  from.on('data', hold);
  from.on('end', () => hold(undefined));
  to.on('drain', () => {
    isBlocked = false;
    flush();
  });
  if (weather.isCut) from.pause();

  return {
    flush,
    pause: () => from.pause(),
    /** From now on everything that comes is taken and forgotten. */
    swallow() {
      swallows = true;
      queue.length = 0;
      heldBytes = 0;
      clearTimeout(timer);
      from.resume();
    },
    stop() {
      clearTimeout(timer);
      queue.length = 0;
    },
  };
}

/** One connection through the proxy. */
function createLink(
  client: Socket,
  server: Socket,
  weather: Weather,
  random: readonly [Random, Random],
) {
  const lanes = [
    createLane(client, server, weather, 'toServer', random[0]),
    createLane(server, client, weather, 'toClient', random[1]),
  ] as const;
  /** A side that failed while the line was cut: the other learns of it when it heals. */
  let failed = false;
  let isHalfOpen = false;

  const fail = () => {
    if (isHalfOpen) return;
    failed = true;
    if (weather.isCut) return;
    for (const lane of lanes) lane.stop();
    client.resetAndDestroy();
    server.resetAndDestroy();
  };
  client.on('error', fail);
  server.on('error', fail);

  return {
    client,
    server,
    pause() {
      for (const lane of lanes) lane.pause();
    },
    resume() {
      if (failed) fail();
      else for (const lane of lanes) lane.flush();
    },
    reset() {
      for (const lane of lanes) lane.stop();
      client.resetAndDestroy();
      server.resetAndDestroy();
    },
    halfOpen(gone: 'client' | 'server') {
      isHalfOpen = true;
      for (const lane of lanes) lane.swallow();
      const [lost, survivor] = gone === 'client' ? [client, server] : [server, client];
      lost.resetAndDestroy();
      survivor.once('end', () => survivor.end());
    },
    get isWhole() {
      return !isHalfOpen && !client.destroyed && !server.destroyed;
    },
    destroy() {
      for (const lane of lanes) lane.stop();
      client.destroy();
      server.destroy();
    },
  };
}

/** Starts a proxy on a port of its own. */
export async function startTcpFaultProxy(options: TcpFaultProxyOptions): Promise<TcpFaultProxy> {
  const { target, host = '127.0.0.1', seed = 1 } = options;
  const weather: Weather = {
    isCut: false,
    toServer: options.toServer ?? {},
    toClient: options.toClient ?? {},
  };
  const links = new Set<ReturnType<typeof createLink>>();
  const waiting = new Set<Socket>();
  let opened = 0;

  const join = (client: Socket) => {
    const number = opened;
    opened += 1;
    const server = connect({ ...target, allowHalfOpen: true, noDelay: true });
    const link = createLink(client, server, weather, [
      seededRandom(seed + 2 * number),
      seededRandom(seed + 2 * number + 1),
    ]);
    links.add(link);
    const forget = () => {
      if (client.destroyed && server.destroyed) links.delete(link);
    };
    client.once('close', forget);
    server.once('close', forget);
    client.resume();
  };

  const front = createServer(
    { allowHalfOpen: true, noDelay: true, pauseOnConnect: true },
    (client) => {
      if (!weather.isCut) {
        join(client);
        return;
      }
      waiting.add(client);
      client.on('error', () => waiting.delete(client));
    },
  );
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject);
    front.listen(0, host, resolve);
  });
  const address = front.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  const close = async () => {
    for (const client of waiting) client.destroy();
    for (const link of links) link.destroy();
    if (front.listening) await new Promise((resolve) => front.close(resolve));
  };
  return {
    host,
    port: address.port,
    toServer(faults) {
      weather.toServer = faults;
    },
    toClient(faults) {
      weather.toClient = faults;
    },
    cut() {
      weather.isCut = true;
      for (const link of links) link.pause();
    },
    heal() {
      weather.isCut = false;
      for (const link of links) link.resume();
      for (const client of waiting) join(client);
      waiting.clear();
    },
    reset() {
      for (const client of waiting) client.resetAndDestroy();
      waiting.clear();
      for (const link of links) link.reset();
    },
    halfOpen(gone) {
      for (const link of links) link.halfOpen(gone);
    },
    get connections() {
      return [...links].filter((link) => link.isWhole).length;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
