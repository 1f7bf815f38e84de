import type { CertificateIdentity, TlsPeer } from './tls-identity.ts';

/** One end of a hop, as sockets know it: an IP address without brackets, and a port. */
export interface SocketAddress {
  address: string;
  port: number;
}

/** A transport as named in Via and in the `transport` URI parameter. */
export type TransportName = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** Where a message goes. */
export interface Hop extends SocketAddress {
  transport: TransportName;
  /** Socket it leaves by; absent: the first one of that transport and address family. */
  listener?: SipTransport;
  /** Open connection it goes over while it lives; a new one is made to the address otherwise. */
  connection?: number;
  /** Who has to be at the other end; TLS only. */
  tls?: TlsPeer;
  /** Milliseconds a new connection may take; the transport's own bound when absent. */
  connectMs?: number;
}

/** Where a message came from. */
export interface Source extends SocketAddress {
  /** Socket it came in by; answers leave by the same. */
  listener?: SipTransport;
  /** Connection it came over; absent over UDP. */
  connection?: number;
  /** Names in the peer's certificate, when it showed one that our trust anchors vouch for. */
  certificate?: CertificateIdentity;
}

/** What an endpoint needs from a transport; it carries bytes and knows no SIP. */
export interface SipTransport {
  readonly name: TransportName;
  /** True when bytes arrive or an error is told; then nothing is retransmitted. */
  readonly reliable: boolean;
  readonly local: SocketAddress;
  /** Hands over one message; `failed` is called later, at most once, when it cannot be sent. */
  send(bytes: Uint8Array, to: Hop, failed: (error: Error) => void): void;
  /**
   * Sends a keep-alive (RFC 5626 §4.4.1, §3.5.1). Over a connection `done` gets an error when it is
   * gone or no pong came in time; over UDP nothing is awaited.
   */
  keepAlive(to: Hop, done: (error?: Error) => void): void;
  /** The peer of a connection was accepted: it may stay open and counts no longer as a stranger's. */
  vouch?(connection: number): void;
  /**
   * Requests to that port of the peer may reuse its connection (RFC 5923); only heard for a peer whose
   * certificate was verified.
   */
  alias?(connection: number, port: number): void;
  /** Closes the connection a hop's messages use, such as one whose peer is gone or misbehaves. */
  drop?(to: Hop, error: Error): void;
  /** Stops receiving at once and resolves when the socket is closed. */
  close(): Promise<void>;
}

/** What a transport reports. */
export interface TransportListener {
  /** One whole message and where it came from. */
  received(bytes: Uint8Array, from: Source, transport: SipTransport): void;
  /** The socket is no longer usable. */
  broken(error: Error): void;
  /**
   * Asked before a connection is taken: a known peer counts not as a stranger, of one that is shut out
   * nothing is to be read.
   */
  welcome?(from: SocketAddress): 'known' | 'stranger' | 'shut-out';
  /** What came over a connection was no SIP; the connection is closed. */
  misframed?(from: Source, error: Error): void;
  /** A connection that was open is gone. */
  closed?(peer: Hop): void;
}

/** Numeric host and port as text, for keys and words: `192.0.2.1:5060`, `[2001:db8::1]:5060`. */
export function addressText({ address, port }: SocketAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
