import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { CallId, TenantId } from '@trunkline/contracts/ids.ts';
import type { WireEvent } from '@trunkline/sip/endpoint/wire-event.ts';
import type { SipMessage } from '@trunkline/sip/message/message.ts';
import type { Scheduler } from '../scheduler.ts';

export type TracedMessage = NodeEventData<'sip.message'>;
export interface TracedCall {
  tenantId: TenantId;
  callId: CallId;
}

const maxEarlyCalls = 200;
const maxEarlyMessages = 10;
const maxMessagesPerCall = 200;
/** Answers to BYE and repeated messages belong to the call too. */
const lingerMs = 40_000;

interface Leg {
  /** Our tag of a leg we placed; null for one we took, whose tag is made later. */
  localTag: string | null;
  call: TracedCall;
  role: LegRole;
  /** Messages that may still be recorded. */
  left: number;
}

type LegRole = TracedMessage['leg'];
/** A message whose leg is not known yet. */
type PlainMessage = Omit<TracedMessage, 'leg'>;

interface EarlyMessage {
  ourTag: string;
  traced: PlainMessage;
}

/**
 * Puts SIP messages to the calls they belong to, for the flight recorder. An INVITE is on the wire
 * before anybody knows its call: a few messages are kept back until the call is known. Through a
 * proxy both ends of one call may be on this node, with one Call-ID: our own tag tells them apart.
 */
export class CallTrace {
  private readonly scheduler: Scheduler;
  private readonly record: (call: TracedCall, message: TracedMessage) => void;
  private readonly legs = new Map<string, Leg[]>();
  private readonly early = new Map<string, EarlyMessage[]>();

  constructor(scheduler: Scheduler, record: (call: TracedCall, message: TracedMessage) => void) {
    this.scheduler = scheduler;
    this.record = record;
  }

  /** Takes each message on the wire. */
  see(event: WireEvent): void {
    const { message } = event;
    const sipCallId = message?.headers.get('call-id');
    if (!message || sipCallId === undefined || isRegister(message)) return;
    const early = { ourTag: ourTagOf(event, message), traced: traceOf(event, message) };
    const leg = this.legs.get(sipCallId)?.find((known) => this.belongs(sipCallId, known, early));
    if (leg) this.take(leg, early.traced);
    else this.keepBack(sipCallId, early);
  }

  /**
   * The messages of a SIP Call-ID belong to this call.
   * @param localTag our tag of a leg we placed, null of one we took
   */
  follow(
    sipCallId: string,
    localTag: string | null,
    call: TracedCall,
    role: LegRole = 'rtp',
  ): void {
    const leg: Leg = { localTag, call, role, left: maxMessagesPerCall };
    this.legs.set(sipCallId, [...(this.legs.get(sipCallId) ?? []), leg]);
    const waiting = this.early.get(sipCallId) ?? [];
    this.early.delete(sipCallId);
    for (const message of waiting)
      if (this.belongs(sipCallId, leg, message)) this.take(leg, message.traced);
  }

  /** A leg of one call became the far leg of another (attended transfer), or changed its role. */
  reassign(sipCallId: string, from: TracedCall, to: TracedCall, role: LegRole = 'far'): void {
    for (const leg of this.legs.get(sipCallId) ?? [])
      if (leg.call.callId === from.callId) {
        leg.call = to;
        leg.role = role;
      }
  }

  /** The call is over; what is still on the way counts for a while. */
  release(sipCallId: string, call: TracedCall): void {
    this.scheduler.after(lingerMs, () => {
      const others = this.legs.get(sipCallId)?.filter((leg) => leg.call.callId !== call.callId);
      if (others && others.length > 0) this.legs.set(sipCallId, others);
      else this.legs.delete(sipCallId);
    });
  }

  private belongs(sipCallId: string, leg: Leg, { ourTag }: EarlyMessage): boolean {
    if (leg.localTag !== null) return leg.localTag === ourTag;
    return !this.legs.get(sipCallId)?.some((other) => other.localTag === ourTag);
  }

  private keepBack(sipCallId: string, message: EarlyMessage): void {
    const waiting = this.early.get(sipCallId) ?? [];
    if (waiting.length < maxEarlyMessages) waiting.push(message);
    const [oldest] = this.early.keys();
    if (this.early.size >= maxEarlyCalls && oldest !== undefined) this.early.delete(oldest);
    this.early.set(sipCallId, waiting);
  }

  private take(leg: Leg, message: PlainMessage): void {
    if (leg.left <= 0) return;
    leg.left -= 1;
    this.record(leg.call, { ...message, leg: leg.role });
  }
}

/** The tag of our side: From of our requests and their responses, To of the others. */
function ourTagOf(event: WireEvent, message: SipMessage): string {
  const ours = (event.direction === 'out') === (message.kind === 'request');
  const value = message.headers.get(ours ? 'from' : 'to') ?? '';
  return /;\s*tag=([^;\s]+)/i.exec(value)?.[1] ?? '';
}

function isRegister(message: SipMessage): boolean {
  return message.headers.get('cseq')?.endsWith('REGISTER') ?? false;
}

function traceOf(event: WireEvent, message: SipMessage): PlainMessage {
  const startLine =
    message.kind === 'request'
      ? `${message.method} ${maskUser(message.uri)} SIP/2.0`
      : `SIP/2.0 ${message.statusCode} ${message.reasonPhrase}`;
  return {
    direction: event.direction,
    startLine: startLine.slice(0, 500),
    cseq: (message.headers.get('cseq') ?? '').slice(0, 80),
    peer: `${event.remote.address}:${event.remote.port}`.slice(0, 80),
  };
}

/** Masks the digits of a URI's user part but for the last two of a long number. */
export function maskUser(uri: string): string {
  const user = /^(?:(?:sips?|tel):)([^@;?]*)/i.exec(uri);
  if (!user || (!uri.includes('@') && !/^tel:/i.test(uri))) return uri;
  const [prefix, text] = [user[0].slice(0, user[0].length - (user[1]?.length ?? 0)), user[1] ?? ''];
  const digits = text.replace(/[^0-9]/g, '').length;
  let seen = 0;
  const masked = text.replace(/[0-9]/g, (digit) => {
    seen += 1;
    return digits > 6 && seen > digits - 2 ? digit : 'x';
  });
  return `${prefix}${masked}${uri.slice(user[0].length)}`;
}
