import { createSocket, type Socket } from 'node:dgram';
import { type Random, seededRandom } from './seeded-random.ts';

/** What happens to the datagrams of one direction; everything left out does not happen. */
export interface DatagramFaults {
  /** Milliseconds each datagram is held. */
  readonly delayMs?: number;
  /** Up to so many milliseconds more, evenly spread; enough of it reorders as well. */
  readonly jitterMs?: number;
  /** Share (0 to 1) that is lost. */
  readonly loss?: number;
  /** Share that arrives twice. */
  readonly duplicate?: number;
  /** Share that arrives after its successor, or after 50 ms if none comes. */
  readonly reorder?: number;
  /** Picks datagrams to lose by what they are; `index` counts from 0 per direction. */
  readonly lose?: (datagram: Buffer, index: number) => boolean;
}

/** What a direction has seen so far. */
export interface DatagramCounts {
  readonly received: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** Handed to the other side, duplicates included. */
  readonly sent: number;
}

/** A UDP proxy that hurts what passes through it. */
export interface UdpFaultProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Replaces the faults of a direction from the next datagram on. */
  toServer(faults: DatagramFaults): void;
  toClient(faults: DatagramFaults): void;
  /** Loses everything both ways until `heal`, what is being held included. */
  cut(): void;
  heal(): void;
  readonly counts: { readonly toServer: DatagramCounts; readonly toClient: DatagramCounts };
  close(): Promise<void>;
}

export interface UdpFaultProxyOptions {
  /** Where datagrams of clients go. */
  readonly target: { readonly host: string; readonly port: number };
  readonly host?: string;
  /** The same seed hurts the same datagrams; default 1. */
  readonly seed?: number;
  readonly toServer?: DatagramFaults;
  readonly toClient?: DatagramFaults;
}

/** Client addresses a proxy serves at a time; beyond that the oldest is forgotten. */
const MAX_CLIENTS = 256;
/** Datagrams held per direction; beyond that they are lost, as in a router's queue. */
const MAX_HELD = 10_000;
const REORDER_HOLD_MS = 50;

type Deliver = (datagram: Buffer) => void;

/** One direction: decides for each datagram and counts. */
function createLane(random: Random, first: DatagramFaults) {
  let faults = first;
  const counts = { received: 0, lost: 0, duplicated: 0, reordered: 0, sent: 0 };
  const timers = new Set<NodeJS.Timeout>();
  let overtaken: (() => void) | undefined;

  const after = (delayMs: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, delayMs);
    timers.add(timer);
    return timer;
  };

  return {
    counts,
    set(next: DatagramFaults) {
      faults = next;
    },
    take(datagram: Buffer, isCut: boolean, deliver: Deliver) {
      const index = counts.received;
      counts.received += 1;
      // Always as many draws, so that one setting does not shift what another one hits.
      const [loss, duplicate, reorder, jitter, again] = [
        random(),
        random(),
        random(),
        random(),
        random(),
      ];
      const isLost =
        isCut ||
        loss < (faults.loss ?? 0) ||
        faults.lose?.(datagram, index) === true ||
        timers.size >= MAX_HELD;
      if (isLost) {
        counts.lost += 1;
        return;
      }
      const hold = (share: number) => (faults.delayMs ?? 0) + share * (faults.jitterMs ?? 0);
      const send = (delayMs: number) => {
        const act = () => {
          counts.sent += 1;
          deliver(datagram);
        };
        if (delayMs > 0) after(delayMs, act);
        else act();
      };
      const release = overtaken;
      overtaken = undefined;
      if (reorder < (faults.reorder ?? 0) && release === undefined) {
        counts.reordered += 1;
        let timer: NodeJS.Timeout | undefined;
        overtaken = () => {
          clearTimeout(timer);
          if (timer !== undefined) timers.delete(timer);
          send(hold(jitter));
        };
        timer = after(REORDER_HOLD_MS, () => {
          overtaken = undefined;
          send(hold(jitter));
        });
      } else {
        send(hold(jitter));
      }
      if (duplicate < (faults.duplicate ?? 0)) {
        counts.duplicated += 1;
        send(hold(again));
      }
      release?.();
    },
    drop() {
      for (const timer of timers) clearTimeout(timer);
      counts.lost += timers.size;
      timers.clear();
      overtaken = undefined;
    },
  };
}

/** Starts a proxy on a port of its own. */
export async function startUdpFaultProxy(options: UdpFaultProxyOptions): Promise<UdpFaultProxy> {
  const { target, host = '127.0.0.1', seed = 1 } = options;
  const toServer = createLane(seededRandom(2 * seed), options.toServer ?? {});
  const toClient = createLane(seededRandom(2 * seed + 1), options.toClient ?? {});
  const front = await bind(host);
  const backs = new Map<string, Promise<Socket>>();
  let isCut = false;
  let isClosed = false;

  const backFor = (address: string, port: number): Promise<Socket> => {
    const key = `${address} ${port}`;
    const known = backs.get(key);
    if (known !== undefined) return known;
    const [oldest] = backs.keys();
    if (backs.size >= MAX_CLIENTS && oldest !== undefined) {
      void backs.get(oldest)?.then((socket) => socket.close());
      backs.delete(oldest);
    }
    const back = bind(host).then((socket) => {
      socket.on('message', (datagram) =>
        toClient.take(datagram, isCut, (data) => {
          if (!isClosed) front.send(data, port, address);
        }),
      );
      return socket;
    });
    backs.set(key, back);
    return back;
  };

  front.on('message', (datagram, { address, port }) => {
    const back = backFor(address, port);
    toServer.take(datagram, isCut, (data) => {
      void back.then((socket) => {
        if (!isClosed && backs.get(`${address} ${port}`) === back) {
          socket.send(data, target.port, target.host);
        }
      });
    });
  });

  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    toServer.drop();
    toClient.drop();
    await new Promise<void>((resolve) => front.close(resolve));
    for (const back of backs.values()) {
      const socket = await back;
      await new Promise<void>((resolve) => socket.close(resolve));
    }
  };
  return {
    host,
    port: front.address().port,
    toServer: toServer.set,
    toClient: toClient.set,
    cut() {
      isCut = true;
      toServer.drop();
      toClient.drop();
    },
    heal() {
      isCut = false;
    },
    counts: { toServer: toServer.counts, toClient: toClient.counts },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function bind(host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', reject);
    socket.bind({ port: 0, address: host }, () => {
      socket.off('error', reject);
      // A peer that is gone answers by ICMP: to a proxy that is one more lost datagram.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}
