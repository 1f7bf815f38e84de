import type { SipClock } from '../clock.ts';
import type {
  SipTransport,
  SocketAddress,
  TransportListener,
  TransportName,
} from '../transport/transport.ts';

/** One datagram on its way. */
export interface Datagram {
  from: SocketAddress;
  to: SocketAddress;
  transport: TransportName;
  bytes: Uint8Array;
  /** Number of datagrams sent on this network before it. */
  index: number;
}

/**
 * Decides what becomes of a datagram: the delays in milliseconds of the copies that arrive. `[]`
 * loses it, two values duplicate it, unequal delays reorder.
 */
export type Weather = (datagram: Datagram) => number[];

const FINE: Weather = () => [1];

/** Datagrams between endpoints in one process, driven by a clock that may be a fake one. */
export class MemoryNetwork {
  weather: Weather = FINE;
  private readonly clock: SipClock;
  private readonly listeners = new Map<
    string,
    { listener: TransportListener; transport: SipTransport }
  >();
  private sent = 0;

  constructor(clock: SipClock) {
    this.clock = clock;
  }

  /**
   * Opens a transport at an address. Over UDP whatever is sent to nobody's address is lost; over the
   * others it is refused, as a connection would be.
   */
  open(
    local: SocketAddress,
    listener: TransportListener,
    name: TransportName = 'udp',
  ): SipTransport {
    const key = keyOf(name, local);
    const reliable = name !== 'udp';
    const transport: SipTransport = {
      name,
      reliable,
      local,
      send: (bytes, to, failed) => {
        const refused = reliable && !this.listeners.has(keyOf(name, to));
        if (refused) this.clock.setTimer(() => failed(new Error('connection refused')), 1);
        else this.carry({ from: local, to, transport: name, bytes, index: this.sent++ });
      },
      keepAlive: (to, done) => {
        const gone = reliable && !this.listeners.has(keyOf(name, to));
        this.clock.setTimer(() => done(gone ? new Error('connection refused') : undefined), 1);
      },
      close: () => {
        this.listeners.delete(key);
        return Promise.resolve();
      },
    };
    this.listeners.set(key, { listener, transport });
    return transport;
  }

  private carry(datagram: Datagram): void {
    const { from, to, transport, bytes } = datagram;
    for (const delay of this.weather(datagram)) {
      this.clock.setTimer(() => {
        const target = this.listeners.get(keyOf(transport, to));
        if (target === undefined) return;
        const source = { ...from, listener: target.transport };
        target.listener.received(bytes, source, target.transport);
      }, delay);
    }
  }
}

function keyOf(name: TransportName, { address, port }: SocketAddress): string {
  return `${name} ${address} ${port}`;
}
