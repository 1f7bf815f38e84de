import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Hop, SipTransport, SocketAddress, TransportListener } from './transport.ts';

export interface UdpOptions {
  /** IP address to bind; `0.0.0.0` or `::` for all. */
  address: string;
  /** 0 takes a free port. */
  port: number;
}

/** Largest payload of a UDP datagram over IPv4; RFC 3261 §18.1.1 demands support up to it. */
export const MAX_DATAGRAM = 65_507;

/** Room for bursts: at 1.2 kB a message about 3,500 messages wait while the process is busy. */
const RECEIVE_BUFFER = 4 * 1_024 * 1_024;

/**
 * SIP over UDP. Datagrams shorter than the shortest request line are keep-alives and dropped.
 *
 * @throws the socket's error (`EADDRINUSE`, `EADDRNOTAVAIL`, …) when it cannot be bound
 */
export async function listenUdp(
  options: UdpOptions,
  listener: TransportListener,
): Promise<SipTransport> {
  const socket = createSocket(
    // An IPv4 listener of its own may stand beside the wildcard of IPv6.
    isIPv6(options.address)
      ? { type: 'udp6', ipv6Only: true, lookup: addressItself(6) }
      : { type: 'udp4', lookup: addressItself(4) },
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: options.address, port: options.port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  socket.setRecvBufferSize(RECEIVE_BUFFER);
  return new UdpTransport(socket, listener);
}

/**
 * Hops are addresses already: the system's look-up would only put every message off by a turn. What is
 * none of that family is refused by the socket.
 */
function addressItself(family: 4 | 6): NonNullable<SocketOptions['lookup']> {
  return (address, _options, callback) => callback(null, address, family);
}

const SHORTEST_MESSAGE = 12;

/** What RFC 5626 §3.5.1 sends over connections; over UDP it only keeps a NAT's port open. */
const PING = new Uint8Array([13, 10, 13, 10]);

class UdpTransport implements SipTransport {
  readonly name = 'udp';
  readonly reliable = false;
  readonly local: SocketAddress;
  private readonly socket: Socket;
  private closed = false;

  constructor(socket: Socket, listener: TransportListener) {
    this.socket = socket;
    const { address, port } = socket.address();
    this.local = { address, port };
    socket.on('message', (bytes, from) => {
      if (this.closed || bytes.byteLength < SHORTEST_MESSAGE) return;
      listener.received(bytes, { address: from.address, port: from.port, listener: this }, this);
    });
    socket.on('error', (error) => listener.broken(error));
  }

  send(bytes: Uint8Array, to: Hop, failed: (error: Error) => void): void {
    if (this.closed || bytes.byteLength > MAX_DATAGRAM || to.port < 1 || to.port > 65_535) {
      const why = this.closed ? 'transport is closed' : 'message or port out of range for UDP';
      queueMicrotask(() => failed(new Error(why)));
      return;
    }
    this.socket.send(bytes, to.port, to.address, (error) => {
      if (error) failed(error);
    });
  }

  keepAlive(to: Hop, done: (error?: Error) => void): void {
    if (this.closed) {
      queueMicrotask(() => done(new Error('transport is closed')));
      return;
    }
    this.socket.send(PING, to.port, to.address, (error) => done(error ?? undefined));
  }

  close(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.closed = true;
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }
}
