import type { SipClock } from '../clock.ts';
import type { SipRequest } from '../message/message.ts';
import { serializeMessage } from '../message/serialize.ts';
import type { DnsPort } from '../transport/resolver/dns.ts';
import { locate } from '../transport/resolver/locate.ts';
import type { Target } from '../transport/target.ts';
import type { TlsPeer } from '../transport/tls-identity.ts';
import { addressText, type Hop, type Source, type TransportName } from '../transport/transport.ts';
import { BoundedMap } from './bounded-map.ts';

export interface RouterOptions {
  clock: SipClock;
  dns: DnsPort;
  isAddress: (host: string) => boolean;
  random: () => number;
  /** Whether requests may go to an IP address; default is to any. */
  mayReach?: ((address: string) => boolean) | undefined;
  transports: readonly { name: TransportName; families: readonly (4 | 6)[] }[];
}

/** Calls and registrations whose way is remembered. */
const MAX_WAYS = 20_000;

/** Servers known to be out of order at a time. */
const MAX_DOWN = 2_000;

/** How long a server that failed is tried last; a Retry-After makes it longer, up to ten times. */
const DOWN_MS = 60_000;

/** Requests larger than this go over TCP where they can (RFC 3261 §18.1.1). */
const LARGE_BYTES = 1_300;

/** How long a server without UDP's alternative is remembered, and how long one is waited for. */
const NO_TCP_MS = 600_000;
const WIDE_CONNECT_MS = 2_000;

/** How requests of one Call-ID have gone so far. */
interface Way {
  /** The server that answered, by the target that led there. */
  hops: Map<string, Hop>;
  /** Who the first request had to find at the other end. */
  tls?: TlsPeer;
  /** Where the request that made the dialog came from, over a connection. */
  source?: Hop;
}

/**
 * Finds where requests go: servers by DNS, those that failed lately last, and within one dialog the
 * same server and the same connection as before (RFC 3263 §4, RFC 3261 §18.1.1).
 */
export class Router {
  private readonly options: RouterOptions;
  private readonly ways = new BoundedMap<string, Way>(MAX_WAYS);
  private readonly noTcp = new BoundedMap<string, number>(MAX_DOWN);
  private readonly down = new BoundedMap<string, number>(MAX_DOWN);

  constructor(options: RouterOptions) {
    this.options = options;
  }

  /**
   * Finds the servers of a target in the order to be tried, none when we may reach none of them; exactly
   * one function is called.
   */
  route(
    target: Target,
    callId: string,
    found: (hops: readonly Hop[]) => void,
    failed: (error: unknown) => void,
  ): void {
    const way = this.ways.get(callId);
    if (way !== undefined && target.tls !== undefined) way.tls ??= target.tls;
    const known = way?.hops.get(targetKey(target));
    if (known !== undefined && !this.isDown(known)) {
      found([this.dress(known, target, way)]);
      return;
    }
    const { host: address, port } = target;
    if (port !== undefined && this.options.isAddress(address)) {
      // An address needs no look-up: the request leaves within this turn.
      const transport = target.transport ?? (target.secure ? 'tls' : 'udp');
      const hops = this.allowed([{ transport, address, port }]);
      found(hops.map((hop) => this.dress(hop, target, way)));
      return;
    }
    const finish = (hops: readonly Hop[]) =>
      found(this.healthyFirst(this.allowed(hops)).map((hop) => this.dress(hop, target, way)));
    locate(target, this.options).then(finish, failed);
  }

  /** A server answered: further requests of the Call-ID to that target go there too. */
  reached(target: Target, callId: string, hop: Hop): void {
    if (this.down.size > 0) this.down.delete(hopKey(hop));
    // UDP to an address needs no memory: it finds the same way again.
    if (hop.transport === 'udp' && hop.address === target.host) return;
    const way = this.wayOf(callId);
    way.hops.set(targetKey(target), hop);
    if (target.tls !== undefined) way.tls = target.tls;
  }

  /** The request that made a dialog came over a connection: ours go back over it while it is open. */
  cameFrom(callId: string, source: Source, transport: TransportName): void {
    if (source.connection === undefined) return;
    this.wayOf(callId).source = { ...source, transport };
  }

  /** Who has to be at the other end of a dialog's connections. */
  expectPeer(callId: string, tls: TlsPeer): void {
    this.wayOf(callId).tls = tls;
  }

  /** A server did not answer, could not be reached or refused with 503: others are tried first. */
  failed(hop: Hop, retryAfterSeconds = 0): void {
    const ms = Math.min(Math.max(DOWN_MS, retryAfterSeconds * 1_000), 10 * DOWN_MS);
    this.down.set(hopKey(hop), this.options.clock.now() + ms);
  }

  /**
   * The hop to try first for a request too large for UDP (RFC 3261 §18.1.1): the same server over TCP,
   * unless it took no connection lately or we have no TCP.
   */
  overTcp(hop: Hop, request: SipRequest): Hop | undefined {
    const { transports, clock } = this.options;
    if (hop.transport !== 'udp' || request.body.byteLength < LARGE_BYTES / 4) return undefined;
    const family = hop.address.includes(':') ? 6 : 4;
    if (!transports.some((t) => t.name === 'tcp' && t.families.includes(family))) return undefined;
    if ((this.noTcp.peek(addressText(hop)) ?? 0) > clock.now()) return undefined;
    if (serializeMessage(request).byteLength <= LARGE_BYTES) return undefined;
    return { transport: 'tcp', address: hop.address, port: hop.port, connectMs: WIDE_CONNECT_MS };
  }

  /** A server took no connection for a request too large for UDP; it is not asked again for a while. */
  refusedTcp(hop: Hop): void {
    this.noTcp.set(addressText(hop), this.options.clock.now() + NO_TCP_MS);
  }

  private wayOf(callId: string): Way {
    const known = this.ways.get(callId);
    if (known !== undefined) return known;
    const way: Way = { hops: new Map() };
    this.ways.set(callId, way);
    return way;
  }

  private isDown(hop: Hop): boolean {
    if (this.down.size === 0) return false;
    const until = this.down.get(hopKey(hop));
    return until !== undefined && this.options.clock.now() < until;
  }

  private allowed(hops: readonly Hop[]): readonly Hop[] {
    const { mayReach } = this.options;
    return mayReach ? hops.filter(({ address }) => mayReach(address)) : hops;
  }

  private healthyFirst(hops: readonly Hop[]): readonly Hop[] {
    if (hops.length < 2 || this.down.size === 0) return hops;
    return [...hops.filter((hop) => !this.isDown(hop)), ...hops.filter((hop) => this.isDown(hop))];
  }

  /** Adds what is known of the peer: its connection, and who it has to prove to be. */
  private dress(hop: Hop, target: Target, way: Way | undefined): Hop {
    const source = way?.source;
    if (source === undefined && (hop.transport === 'udp' || hop.transport === 'tcp')) return hop;
    const dressed: Hop = { ...hop };
    if (source?.transport === hop.transport && source.address === hop.address) {
      if (source.connection !== undefined) dressed.connection = source.connection;
      if (source.listener !== undefined) dressed.listener = source.listener;
    }
    if (hop.transport !== 'tls' && hop.transport !== 'wss') return dressed;
    dressed.tls = this.peerOf(target, way);
    return dressed;
  }

  private peerOf(target: Target, way: Way | undefined): TlsPeer {
    if (target.tls !== undefined) return target.tls;
    const first = way?.tls;
    if (first === undefined) return { domains: [target.host], verify: 'full' };
    // Inside the dialog the peer may lead us to another name of its own; it has to prove either.
    return { ...first, domains: [...new Set([...first.domains, target.host])] };
  }
}

function targetKey({ host, port, transport, secure }: Target): string {
  return `${host} ${port ?? ''} ${transport ?? ''} ${secure ? 's' : ''}`;
}

function hopKey(hop: Hop): string {
  return `${hop.transport} ${addressText(hop)}`;
}
