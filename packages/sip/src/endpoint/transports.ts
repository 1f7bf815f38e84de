import type { SipClock } from '../clock.ts';
import type { SipRequest } from '../message/message.ts';
import { bracketHost } from '../message/uri.ts';
import { advertisableAddress } from '../transport/node-network.ts';
import { listenStream, type ServerTls, type StreamLimits } from '../transport/stream.ts';
import type { Hop, SipTransport, TransportListener } from '../transport/transport.ts';
import { listenUdp } from '../transport/udp.ts';

/** One socket an endpoint listens at. */
export interface ListenerOptions {
  transport: 'udp' | 'tcp' | 'tls';
  /** IP address to bind; `0.0.0.0` or `::` for all of that family. */
  bindAddress: string;
  /** 0 takes a free port. */
  port: number;
  /** Address told to others; default is the bound one, or the machine's first when bound to all. */
  advertisedAddress?: string;
  /** Key and certificate of a TLS listener. */
  tls?: ServerTls;
  /** Bounds on the connections of a TCP or TLS listener. */
  limits?: Partial<StreamLimits>;
}

/** Opens one listener; a simulated network gives another than the real one. */
export type OpenTransport = (
  options: ListenerOptions,
  listener: TransportListener,
  clock: SipClock,
) => Promise<SipTransport>;

/** A listener as it stands. */
export interface ListenerInfo {
  transport: SipTransport['name'];
  /** Address others are told. */
  address: string;
  port: number;
}

interface Bound {
  transport: SipTransport;
  info: ListenerInfo;
  /** Host and port as they stand in Via and Contact. */
  sentBy: string;
  /** Whether it is bound to an IPv6 address. */
  ipv6: boolean;
}

/** The listeners of an endpoint, and which of them a message leaves by. */
export class Transports {
  /** Via prefix of the first listener, such as `SIP/2.0/UDP 192.0.2.1:5060`. */
  readonly viaPrefix: string;
  private readonly bound: readonly Bound[];
  private readonly first: Bound;
  private readonly reliable: ReadonlySet<SipTransport['name']>;

  private constructor(bound: readonly Bound[]) {
    this.bound = bound;
    this.first = bound[0] as Bound;
    this.viaPrefix = viaPrefix(this.first);
    const reliable = bound.filter(({ transport }) => transport.reliable);
    this.reliable = new Set(reliable.map(({ transport }) => transport.name));
  }

  /**
   * Opens all listeners, or none.
   *
   * @throws the socket's error (`EADDRINUSE`, …)
   */
  static async open(
    listeners: readonly ListenerOptions[],
    listener: TransportListener,
    clock: SipClock,
    open: OpenTransport = openSocket,
  ): Promise<Transports> {
    if (listeners.length === 0) throw new TypeError('an endpoint needs a listener');
    const bound: Bound[] = [];
    try {
      for (const options of listeners) {
        const transport = await open(options, listener, clock);
        const address = options.advertisedAddress ?? advertisableAddress(transport.local.address);
        const info = { transport: transport.name, address, port: transport.local.port };
        const sentBy = `${bracketHost(address)}:${info.port}`;
        bound.push({ transport, info, sentBy, ipv6: transport.local.address.includes(':') });
      }
    } catch (error) {
      await Promise.all(bound.map(({ transport }) => transport.close()));
      throw error;
    }
    return new Transports(bound);
  }

  /** Listeners in the order they were given. */
  get list(): readonly ListenerInfo[] {
    return this.bound.map(({ info }) => info);
  }

  /** Transports to send by, with the address families of each, in the order of the listeners. */
  get kinds(): { name: SipTransport['name']; families: (4 | 6)[] }[] {
    const kinds = new Map<SipTransport['name'], (4 | 6)[]>();
    for (const { transport } of this.bound) {
      const families = kinds.get(transport.name) ?? [];
      const family = transport.local.address.includes(':') ? 6 : 4;
      if (!families.includes(family)) families.push(family);
      kinds.set(transport.name, families);
    }
    return [...kinds].map(([name, families]) => ({ name, families }));
  }

  /** Whether a hop can be reached at all. */
  reaches(hop: Pick<Hop, 'transport' | 'address' | 'listener'>): boolean {
    return this.find(hop) !== undefined;
  }

  isReliable(name: SipTransport['name']): boolean {
    return this.reliable.has(name);
  }

  send(bytes: Uint8Array, hop: Hop, failed: (error: Error) => void): void {
    const bound = this.find(hop);
    if (bound === undefined) {
      queueMicrotask(() => failed(new Error(`no ${hop.transport} listener for ${hop.address}`)));
      return;
    }
    bound.transport.send(bytes, hop, failed);
  }

  keepAlive(hop: Hop, done: (error?: Error) => void): void {
    const bound = this.find(hop);
    if (bound === undefined) {
      queueMicrotask(() => done(new Error(`no ${hop.transport} listener for ${hop.address}`)));
      return;
    }
    bound.transport.keepAlive(hop, done);
  }

  /** Closes the connection a hop's messages use. */
  drop(hop: Hop, error: Error): void {
    this.find(hop)?.transport.drop?.(hop, error);
  }

  /** Where a hop's message leaves from; the first listener when it cannot be sent at all. */
  localOf(hop: Hop): SipTransport['local'] {
    return (this.find(hop) ?? this.first).transport.local;
  }

  /**
   * Our Contact URI as a peer is to use it: with the address and transport of the listener the message
   * leaves by (RFC 3261 §8.1.1.8).
   *
   * @param user escaped user part, or `''`
   * @param hop where the message goes or its request came from; absent: the first listener
   */
  contactUri(user: string, hop?: Pick<Hop, 'transport' | 'address' | 'listener'>): string {
    const bound = (hop && this.find(hop)) ?? this.first;
    return `sip:${user === '' ? '' : `${user}@`}${bound.sentBy}${transportParam(bound)}`;
  }

  /**
   * Makes a request ready to leave by a hop: Via and our own Contact name the listener it leaves by
   * (RFC 3261 §18.1.1), in place of the first one's, which they were written with.
   */
  bind(request: SipRequest, hop: Hop): void {
    const bound = this.find(hop) ?? this.first;
    const secure = request.uri.startsWith('sips:');
    // Written for the first listener: nearly always it is the one the request leaves by.
    const written = request.headers.get('via')?.startsWith(`${this.viaPrefix};`) === true;
    if (bound === this.first && written && !secure) return;
    const branch = request.via.params.get('branch') ?? '';
    request.headers.set('Via', `${viaPrefix(bound)};branch=${branch};rport`);
    this.rewriteContact(request, bound, secure);
  }

  /** A Contact that names one of our listeners names the one the request leaves by. */
  private rewriteContact(request: SipRequest, bound: Bound, secure: boolean): void {
    const contact = request.headers.get('contact');
    if (contact === undefined) return;
    for (const other of this.bound) {
      for (const written of [`${other.sentBy}${transportParam(other)}>`, `${other.sentBy}>`]) {
        if (!contact.includes(written)) continue;
        const ours = `${bound.sentBy}${secure ? '' : transportParam(bound)}>`;
        const value = contact.replace(written, ours);
        request.headers.set('Contact', secure ? value.replace('<sip:', '<sips:') : value);
        return;
      }
    }
  }

  /** Closes all listeners. */
  async close(): Promise<void> {
    await Promise.all(this.bound.map(({ transport }) => transport.close()));
  }

  private find(hop: Pick<Hop, 'transport' | 'address' | 'listener'>): Bound | undefined {
    const { listener, transport: name } = hop;
    if (listener === undefined) {
      const ipv6 = hop.address.includes(':');
      for (const each of this.bound) {
        if (each.transport.name === name && each.ipv6 === ipv6) return each;
      }
      return undefined;
    }
    for (const each of this.bound) if (each.transport === listener) return each;
    return undefined;
  }
}

const openSocket: OpenTransport = (options, listener, clock) => {
  const { transport: name, bindAddress: address, port, tls, limits } = options;
  if (name === 'udp') return listenUdp({ address, port }, listener);
  const stream = { name, address, port, clock, ...(tls && { tls }), ...(limits && { limits }) };
  return listenStream(stream, listener);
};

function viaPrefix({ transport, sentBy }: Bound): string {
  return `SIP/2.0/${transport.name.toUpperCase()} ${sentBy}`;
}

function transportParam({ transport }: Bound): string {
  return transport.name === 'udp' ? '' : `;transport=${transport.name}`;
}
