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

/**
 * Puts SIP messages to the calls they belong to, for the flight recorder. An INVITE is on the wire
 * before anybody knows its call: a few messages are kept back until the call is known.
 */
export class CallTrace {
  private readonly scheduler: Scheduler;
  private readonly record: (call: TracedCall, message: TracedMessage) => void;
  private readonly calls = new Map<string, { call: TracedCall; left: number }>();
  private readonly early = new Map<string, TracedMessage[]>();

  constructor(scheduler: Scheduler, record: (call: TracedCall, message: TracedMessage) => void) {
    this.scheduler = scheduler;
    this.record = record;
  }

  /** Takes each message on the wire. */
  see(event: WireEvent): void {
    const { message } = event;
    const sipCallId = message?.headers.get('call-id');
    if (!message || sipCallId === undefined || isRegister(message)) return;
    const traced = traceOf(event, message);
    const known = this.calls.get(sipCallId);
    if (known) {
      this.take(known, traced);
      return;
    }
    const waiting = this.early.get(sipCallId) ?? [];
    if (waiting.length < maxEarlyMessages) waiting.push(traced);
    const [oldest] = this.early.keys();
    if (this.early.size >= maxEarlyCalls && oldest !== undefined) this.early.delete(oldest);
    this.early.set(sipCallId, waiting);
  }

  /** The messages of a SIP Call-ID belong to this call. */
  follow(sipCallId: string, call: TracedCall): void {
    const known = { call, left: maxMessagesPerCall };
    this.calls.set(sipCallId, known);
    for (const message of this.early.get(sipCallId) ?? []) this.take(known, message);
    this.early.delete(sipCallId);
  }

  /** The call is over; what is still on the way counts for a while. */
  release(sipCallId: string): void {
    this.scheduler.after(lingerMs, () => this.calls.delete(sipCallId));
  }

  private take(known: { call: TracedCall; left: number }, message: TracedMessage): void {
    if (known.left <= 0) return;
    known.left -= 1;
    this.record(known.call, message);
  }
}

function isRegister(message: SipMessage): boolean {
  return message.headers.get('cseq')?.endsWith('REGISTER') ?? false;
}

function traceOf(event: WireEvent, message: SipMessage): TracedMessage {
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
