import type { SipMessage } from '../message/message.ts';
import type { SocketAddress, TransportName } from '../transport/transport.ts';

/** One message on the wire, in or out, for a flight recorder. */
export interface WireEvent {
  direction: 'in' | 'out';
  /** Milliseconds since the epoch. */
  at: number;
  local: SocketAddress;
  remote: SocketAddress;
  transport: TransportName;
  /** Absent when the received bytes are not a readable message. */
  message: SipMessage | undefined;
  /** As on the wire; not to be changed. */
  bytes: Uint8Array;
}
