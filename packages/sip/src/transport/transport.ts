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
}

/** What an endpoint needs from a transport; it carries bytes and knows no SIP. */
export interface SipTransport {
  readonly name: TransportName;
  /** True when bytes arrive or an error is told; then nothing is retransmitted. */
  readonly reliable: boolean;
  readonly local: SocketAddress;
  /** Hands over one message; `failed` is called later, at most once, when it cannot be sent. */
  send(bytes: Uint8Array, to: SocketAddress, failed: (error: Error) => void): void;
  /** Stops receiving at once and resolves when the socket is closed. */
  close(): Promise<void>;
}

/** What a transport reports. */
export interface TransportListener {
  /** One whole message and the address it came from. */
  received(bytes: Uint8Array, from: SocketAddress, transport: SipTransport): void;
  /** The socket is no longer usable. */
  broken(error: Error): void;
}
