import type { SipClock } from '../clock.ts';
import type { SipMessage } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import { ParseError } from '../message/parse-error.ts';
import type { Hop, SipTransport, SocketAddress, TransportName } from '../transport/transport.ts';

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

/** Shows what goes in and out to somebody. */
export class WireTap {
  private readonly clock: SipClock;
  private readonly show: (event: WireEvent) => void;

  constructor(clock: SipClock, show: (event: WireEvent) => void) {
    this.clock = clock;
    this.show = show;
  }

  /** A message came; `message` is undefined when it cannot be read. */
  received(
    bytes: Uint8Array,
    message: SipMessage | undefined,
    from: SocketAddress,
    { local, name }: SipTransport,
  ): void {
    this.see('in', from, local, name, message, bytes);
  }

  /** A message leaves; of a repeat the bytes may be all that was kept. */
  sent(bytes: Uint8Array, message: SipMessage | undefined, to: Hop, local: SocketAddress): void {
    this.see('out', to, local, to.transport, message ?? readBack(bytes), bytes);
  }

  private see(
    direction: WireEvent['direction'],
    { address, port }: SocketAddress,
    local: SocketAddress,
    transport: TransportName,
    message: SipMessage | undefined,
    bytes: Uint8Array,
  ): void {
    const at = this.clock.now();
    this.show({ direction, at, local, remote: { address, port }, transport, message, bytes });
  }
}

/** A message of our own; with headers an application wrote it may be unreadable. */
function readBack(bytes: Uint8Array): SipMessage | undefined {
  try {
    return parseMessage(bytes);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return undefined;
  }
}
