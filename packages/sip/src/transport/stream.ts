import { connect as connectTcp, createServer, isIPv6, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { SipClock, TimerHandle } from '../clock.ts';
import { sourcePrefix } from './address-prefix.ts';
import { Connection, type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from './connection.ts';
import { DEFAULT_FRAME_LIMITS } from './stream-framer.ts';
import { speaksFor, type TlsPeer } from './tls-identity.ts';
import {
  clientOptions,
  judge,
  TlsIdentityError,
  trustKey,
  verifiedIdentity,
} from './tls-socket.ts';
import {
  addressText,
  type Hop,
  type SipTransport,
  type SocketAddress,
  type TransportListener,
} from './transport.ts';

/** What a TLS listener shows and asks for. */
export interface ServerTls {
  /** PEM private key. */
  key: string;
  /** PEM certificate with its chain. */
  cert: string;
  /** PEM certificates of those whose client certificates are believed; absent: the platform's. */
  clientCa?: string;
  /** Refuse peers without a certificate we believe; else it is only asked for. */
  requireClientCertificate?: boolean;
}

export interface StreamLimits extends ConnectionLimits {
  /** Connections at a time, in both directions. */
  connections: number;
  /** Connections of one accepted source (IPv4 address, IPv6 /64). */
  perSource: number;
  /** Connections of peers nobody accepted yet; the oldest gives way to a new one. */
  strangers: number;
  strangersPerSource: number;
  /** Milliseconds a connection of ours, or a peer's TLS handshake, may take. */
  connectMs: number;
}

export const DEFAULT_STREAM_LIMITS: StreamLimits = {
  ...DEFAULT_FRAME_LIMITS,
  ...DEFAULT_CONNECTION_LIMITS,
  connections: 4_000,
  perSource: 256,
  strangers: 200,
  strangersPerSource: 8,
  connectMs: 8_000,
};

export interface StreamOptions {
  name: 'tcp' | 'tls';
  /** IP address to bind; `0.0.0.0` or `::` for all. */
  address: string;
  /** 0 takes a free port. */
  port: number;
  /** Required for TLS. */
  tls?: ServerTls;
  clock: SipClock;
  limits?: Partial<StreamLimits>;
}

const SWEEP_MS = 1_000;

/** How long a closing transport waits for what is still being sent. */
const CLOSE_MS = 1_000;

/**
 * SIP over TCP or TLS (RFC 3261 §18): accepts connections and makes those it needs; a message goes over
 * an open connection to its target before a new one is made.
 *
 * @throws the socket's error (`EADDRINUSE`, …) when it cannot be bound
 * @throws Error when key or certificate cannot be used
 */
export async function listenStream(
  options: StreamOptions,
  listener: TransportListener,
): Promise<SipTransport> {
  const server = createListener(options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const { address: host, port } = options;
    server.listen({ host, port, ipv6Only: isIPv6(host), exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return new StreamTransport(server, options, listener);
}

function createListener({ name, tls }: StreamOptions): Server {
  if (name === 'tcp') return createServer();
  if (tls === undefined) throw new TypeError('a TLS listener needs key and certificate');
  return createTlsServer({
    key: tls.key,
    cert: tls.cert,
    ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa }),
    requestCert: tls.clientCa !== undefined || tls.requireClientCertificate === true,
    rejectUnauthorized: tls.requireClientCertificate === true,
    minVersion: 'TLSv1.2',
  });
}

class StreamTransport implements SipTransport {
  readonly name: 'tcp' | 'tls';
  readonly reliable = true;
  readonly local: SocketAddress;
  private readonly server: Server;
  private readonly listener: TransportListener;
  private readonly clock: SipClock;
  private readonly limits: StreamLimits;
  private readonly connections = new Map<number, Connection>();
  private readonly byPeer = new Map<string, Set<Connection>>();
  /** Connections whose handshake is not over, so that a crowd of half-open ones stays bounded. */
  private readonly handshakes = new Map<string, Socket>();
  /** Listening ports of peers behind their connections (RFC 5923). */
  private readonly aliases = new Map<string, number>();
  private nextId = 1;
  private sweepTimer: TimerHandle;
  private closed = false;

  constructor(server: Server, options: StreamOptions, listener: TransportListener) {
    this.name = options.name;
    this.server = server;
    this.listener = listener;
    this.clock = options.clock;
    this.limits = { ...DEFAULT_STREAM_LIMITS, ...options.limits };
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('listener has no address');
    this.local = { address: bound.address, port: bound.port };
    server.prependListener('connection', (socket: Socket) => this.onConnection(socket));
    if (options.name === 'tls') {
      server.on('secureConnection', (socket: TLSSocket) => this.accept(socket, true));
      // A failed handshake is the peer's affair; its socket is gone already.
      server.on('tlsClientError', () => {});
    }
    server.on('error', (error) => listener.broken(error));
    this.sweep();
  }

  send(bytes: Uint8Array, to: Hop, failed: (error: Error) => void): void {
    const connection = this.connectionFor(to);
    if (connection instanceof Error) queueMicrotask(() => failed(connection));
    else connection.send(bytes, failed);
  }

  keepAlive(to: Hop, done: (error?: Error) => void): void {
    const connection = this.connectionFor(to);
    if (connection instanceof Error) queueMicrotask(() => done(connection));
    else connection.ping(done);
  }

  vouch(id: number): void {
    const connection = this.connections.get(id);
    if (connection !== undefined) connection.vouched = true;
  }

  alias(id: number, port: number): void {
    const connection = this.connections.get(id);
    if (connection?.certificate === undefined || !connection.incoming) return;
    const key = addressText({ address: connection.peer.address, port });
    const known = this.aliases.get(key);
    if (known !== undefined && this.connections.get(known)?.usable === true) return;
    this.aliases.set(key, id);
  }

  drop(to: Hop, error: Error): void {
    this.find(to)?.close(error);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.clock.clearTimer(this.sweepTimer);
    const gone = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.handshakes.values()) socket.destroy();
    for (const connection of this.connections.values()) connection.end();
    const force = this.clock.setTimer(() => {
      for (const connection of [...this.connections.values()]) connection.close(undefined);
    }, CLOSE_MS);
    await gone;
    this.clock.clearTimer(force);
  }

  /** The open connection a hop's messages use, a new one, or why there can be none. */
  private connectionFor(to: Hop): Connection | Error {
    if (this.closed) return new Error('transport is closed');
    const known = this.find(to);
    if (known !== undefined) return known;
    if (to.port < 1 || to.port > 65_535) return new Error('port out of range');
    if (this.connections.size >= this.limits.connections) return new Error('too many connections');
    return this.open(to);
  }

  private find(to: Hop): Connection | undefined {
    const given = to.connection === undefined ? undefined : this.connections.get(to.connection);
    if (given?.usable === true) return given;
    const alias = this.aliases.get(addressText(to));
    const aliased = alias === undefined ? undefined : this.connections.get(alias);
    if (aliased !== undefined && serves(aliased, to.tls)) return aliased;
    for (const connection of this.byPeer.get(addressText(to)) ?? []) {
      if (serves(connection, to.tls)) return connection;
    }
    return undefined;
  }

  private open(to: Hop): Connection {
    const at = { host: to.address, port: to.port };
    if (this.name === 'tcp') {
      const socket = connectTcp(at);
      const connection = this.add(socket, { peer: to, incoming: false, wanted: undefined });
      socket.once('connect', () => connection.opened());
      this.boundOpening(connection, to.connectMs);
      return connection;
    }
    const wanted: TlsPeer = to.tls ?? { domains: [to.address], verify: 'full' };
    const socket = connectTls({ ...at, ...clientOptions(wanted) });
    const connection = this.add(socket, { peer: to, incoming: false, wanted });
    socket.once('secureConnect', () => {
      try {
        connection.certificate = judge(socket, wanted);
        connection.opened();
      } catch (error) {
        if (!(error instanceof TlsIdentityError)) throw error;
        connection.close(error);
      }
    });
    this.boundOpening(connection, to.connectMs);
    return connection;
  }

  private boundOpening(connection: Connection, ms = this.limits.connectMs): void {
    this.clock.setTimer(() => {
      if (connection.opening) connection.close(new Error('connection takes too long'));
    }, ms);
  }

  /** A peer connects; nothing of it was read yet. */
  private onConnection(socket: Socket): void {
    const { remoteAddress: address, remotePort: port } = socket;
    if (address === undefined || port === undefined || !this.admits({ address, port })) {
      socket.destroy();
      return;
    }
    if (this.name === 'tcp') {
      this.accept(socket, false);
      return;
    }
    const key = addressText({ address, port });
    this.handshakes.set(key, socket);
    // Until TLS has taken over, a reset would otherwise be nobody's error.
    socket.on('error', () => {});
    this.clock.setTimer(() => {
      if (this.handshakes.get(key) !== socket) return;
      this.handshakes.delete(key);
      socket.destroy();
    }, this.limits.connectMs);
  }

  private admits(peer: SocketAddress): boolean {
    const welcome = this.listener.welcome?.(peer) ?? 'stranger';
    if (this.closed || welcome === 'shut-out') return false;
    const { connections, perSource, strangers, strangersPerSource } = this.limits;
    if (this.connections.size + this.handshakes.size >= connections) return false;
    const source = sourcePrefix(peer.address);
    let same = 0;
    let sameStrangers = 0;
    const unknown: Connection[] = [];
    for (const connection of this.connections.values()) {
      const own = connection.incoming && sourcePrefix(connection.peer.address) === source;
      if (own) same += 1;
      if (connection.vouched) continue;
      if (own) sameStrangers += 1;
      unknown.push(connection);
    }
    for (const key of this.handshakes.keys()) {
      if (sourcePrefix(key.replace(/:\d+$|[[\]]/g, '')) === source) sameStrangers += 1;
    }
    if (same >= perSource) return false;
    if (welcome === 'known') return true;
    if (sameStrangers >= strangersPerSource) return false;
    if (unknown.length >= strangers) unknown[0]?.close(new Error('makes room'));
    return true;
  }

  private accept(socket: Socket, secure: boolean): void {
    const { remoteAddress: address, remotePort: port } = socket;
    if (this.closed || address === undefined || port === undefined) {
      socket.destroy();
      return;
    }
    const connection = this.add(socket, {
      peer: { address, port },
      incoming: true,
      wanted: undefined,
    });
    if (secure) {
      connection.certificate = verifiedIdentity(socket as TLSSocket);
      this.handshakes.delete(addressText({ address, port }));
    }
    connection.opened();
  }

  private add(
    socket: Socket,
    o: { peer: SocketAddress; incoming: boolean; wanted: TlsPeer | undefined },
  ): Connection {
    const id = this.nextId++;
    const peer = { address: o.peer.address, port: o.peer.port };
    const connection: Connection = new Connection({
      id,
      socket,
      peer,
      incoming: o.incoming,
      vouched: !o.incoming || this.listener.welcome?.(peer) === 'known',
      wanted: o.wanted,
      limits: this.limits,
      clock: this.clock,
      hooks: {
        message: (bytes) => this.listener.received(bytes, this.sourceOf(connection), this),
        misframed: (error) => this.listener.misframed?.(this.sourceOf(connection), error),
        closed: () => this.forget(connection),
      },
    });
    this.connections.set(id, connection);
    const key = addressText(peer);
    this.byPeer.set(key, (this.byPeer.get(key) ?? new Set()).add(connection));
    return connection;
  }

  private sourceOf({ id, peer, certificate }: Connection) {
    const source = { ...peer, listener: this, connection: id };
    return certificate === undefined ? source : { ...source, certificate };
  }

  private forget(connection: Connection): void {
    const { id, peer } = connection;
    this.connections.delete(id);
    const key = addressText(peer);
    const others = this.byPeer.get(key);
    others?.delete(connection);
    if (others?.size === 0) this.byPeer.delete(key);
    for (const [key, alias] of this.aliases) if (alias === id) this.aliases.delete(key);
    this.listener.closed?.({ ...peer, transport: this.name, listener: this, connection: id });
  }

  private sweep(): void {
    for (const connection of [...this.connections.values()]) connection.sweep(SWEEP_MS);
    this.sweepTimer = this.clock.setTimer(() => this.sweep(), SWEEP_MS);
  }
}

/** Whether a connection leads to the peer that is wanted. */
function serves(connection: Connection, wanted: TlsPeer | undefined): boolean {
  if (!connection.usable) return false;
  if (wanted === undefined || wanted.verify === 'none') return true;
  const { certificate } = connection;
  const made = connection.wanted;
  if (made !== undefined && trustKey(made) !== trustKey(wanted)) return false;
  if (certificate !== undefined) {
    return wanted.domains.some((domain) => speaksFor(certificate, domain));
  }
  // Still opening: whoever satisfies the one who opened it has to satisfy us as well.
  if (!connection.opening || made === undefined) return false;
  return made.domains.every((domain) => wanted.domains.includes(domain));
}
