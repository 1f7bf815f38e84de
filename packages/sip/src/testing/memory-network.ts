import type { SipClock } from '../clock.ts';
import type { SipTransport, SocketAddress, TransportListener } from '../transport/transport.ts';

/** One datagram on its way. */
export interface Datagram {
  from: SocketAddress;
  to: SocketAddress;
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

  /** Opens a transport at an address; whatever is sent to nobody's address is lost. */
  open(local: SocketAddress, listener: TransportListener): SipTransport {
    const key = keyOf(local);
    const transport: SipTransport = {
      name: 'udp',
      reliable: false,
      local,
      send: (bytes, to) => this.carry({ from: local, to, bytes, index: this.sent++ }),
      close: () => {
        this.listeners.delete(key);
        return Promise.resolve();
      },
    };
    this.listeners.set(key, { listener, transport });
    return transport;
  }

  private carry(datagram: Datagram): void {
    const { from, to, bytes } = datagram;
    for (const delay of this.weather(datagram)) {
      this.clock.setTimer(() => {
        const target = this.listeners.get(keyOf(to));
        target?.listener.received(bytes, from, target.transport);
      }, delay);
    }
  }
}

function keyOf({ address, port }: SocketAddress): string {
  return `${address} ${port}`;
}
