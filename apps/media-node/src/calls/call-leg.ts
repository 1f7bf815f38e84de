import type { LineEntry } from '../config/tenant-model.ts';
import type { LegMedia } from './leg-media.ts';
import type { LiveCall } from './live-call.ts';
import type { IncomingLeg, LegReason, OutgoingLeg, PbxLeg } from './pbx.ts';

/** Which leg of its call this is: the first one, or one made for forwarding or transfer. */
export type LegRole = 'near' | 'far';

/**
 * One leg to the PBX with its audio session. A leg can change its call: an attended transfer
 * makes the leg of one call the far leg of another.
 */
export class CallLeg {
  /** Line it was placed or taken over. */
  readonly entry: LineEntry;
  readonly incoming: IncomingLeg | null;
  /** Id under which the toll-fraud floor counts it; null when it does not. */
  readonly ticket: string | null;
  call: LiveCall;
  role: LegRole;
  /** None before an incoming call is answered. */
  media: LegMedia | null = null;
  /** The PBX said something of it before it answered. */
  progressed = false;
  /** The PBX answered it, or acknowledged our answer. */
  answered = false;
  /** Offers of ours wait for each other: an answer belongs to the one before it. */
  turn: Promise<void> = Promise.resolve();
  /** Our SDP in a 183 of an incoming leg: its 200 says the same again (RFC 3261 §13.2.1). */
  early: Promise<string> | null = null;
  private outgoing: OutgoingLeg | null;

  constructor(o: {
    call: LiveCall;
    role: LegRole;
    entry: LineEntry;
    leg: { incoming: IncomingLeg } | { outgoing: OutgoingLeg };
    ticket: string | null;
  }) {
    this.call = o.call;
    this.role = o.role;
    this.entry = o.entry;
    this.incoming = 'incoming' in o.leg ? o.leg.incoming : null;
    this.outgoing = 'outgoing' in o.leg ? o.leg.outgoing : null;
    this.ticket = o.ticket;
  }

  get port(): PbxLeg {
    const port = this.incoming ?? this.outgoing;
    if (!port) throw new Error('a leg without a call');
    return port;
  }

  /** The INVITE was refused as it was and sent anew. */
  resent(outgoing: OutgoingLeg): void {
    this.outgoing = outgoing;
  }

  cancel(reason?: LegReason): void {
    this.outgoing?.cancel(reason);
  }

  bye(reason?: LegReason): void {
    this.port.bye(reason);
  }
}
