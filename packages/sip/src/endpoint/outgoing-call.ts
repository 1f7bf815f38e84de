import type { TimerHandle } from '../clock.ts';
import { Dialog } from '../dialog/dialog.ts';
import type { DigestClient, DigestCredentials } from '../digest/client.ts';
import { newCallId, newTag } from '../ids.ts';
import { encodeBody } from '../message/build.ts';
import { Headers } from '../message/headers.ts';
import { SipRequest, type SipResponse } from '../message/message.ts';
import { formatNameAddr, parseNameAddr, tagOf } from '../message/name-addr.ts';
import { ParseError } from '../message/parse-error.ts';
import { reasonPhrase } from '../message/status.ts';
import { parseUri } from '../message/uri.ts';
import { createCancel } from '../transaction/ack.ts';
import { TooManyTransactions } from '../transaction/layer.ts';
import type { Target } from '../transport/target.ts';
import { ACCEPT, ALLOW, type Core } from './core.ts';
import { Emitter } from './emitter.ts';
import { Exchange } from './exchange.ts';
import type { IncomingInfo, IncomingReinvite } from './incoming-requests.ts';
import { InviteUsage } from './invite-usage.ts';
import { type CallReason, formatReason } from './reason.ts';

export interface OutgoingInviteOptions {
  requestUri: string;
  /** name-addr or URI. */
  to: string;
  /** name-addr or URI; the tag is added. */
  from: string;
  contactUser: string;
  /** Send the INVITE there instead of to the Request-URI; no Route header is added. */
  outboundProxy?: Target;
  credentials?: DigestCredentials;
  headers?: [name: string, value: string][];
  /** SDP offer, or `''` to let the other side offer. */
  body: string;
  contentType?: string;
  /** How long the call may ring; default is timer C, three minutes. */
  ringTimeoutMs?: number;
}

export interface CallFailure {
  /** Status of the final response; 408, 487 or 503 when there was none (RFC 3261 §8.1.3.1). */
  statusCode: number;
  reasonPhrase: string;
  response?: SipResponse;
  cause: 'rejected' | 'timeout' | 'transport' | 'cancelled';
}

export interface CallEnd {
  by: 'remote' | 'local' | 'timeout';
  /** The BYE of the other side. */
  request?: SipRequest;
}

export type OutgoingCallEvents = {
  /** 101 … 199. */
  provisional: [response: SipResponse];
  /** The 2xx; its ACK has been sent. */
  answered: [response: SipResponse];
  failed: [failure: CallFailure];
  ended: [end: CallEnd];
  reinvite: [reinvite: IncomingReinvite];
  info: [info: IncomingInfo];
};

export type OutgoingCallState = 'calling' | 'proceeding' | 'early' | 'confirmed' | 'terminated';

/** Forks whose 2xx is acknowledged; more are not met in practice. */
const MAX_FORKS = 16;

interface Ack {
  /** Sends it again. */
  again: () => void;
}

/**
 * A call from us to somebody (RFC 3261 §13.2). Exactly one of `failed` and `answered` … `ended` is
 * reported.
 */
export class OutgoingCall extends Emitter<OutgoingCallEvents> {
  readonly callId: string;
  private current: OutgoingCallState = 'calling';
  private readonly core: Core;
  private readonly options: OutgoingInviteOptions;
  private readonly digest: DigestClient | undefined;
  private readonly exchange: Exchange;
  private readonly forks = new Map<string, InviteUsage>();
  private readonly acks = new Map<string, Ack>();
  private usage: InviteUsage | undefined;
  private ringTimer: TimerHandle;
  private cancelTimer: TimerHandle;
  private sequence = 1;
  private provisionalSeen = false;
  private cancelSent = false;
  /** Set when the answer is no longer wanted. */
  private givenUp: { cause: 'cancelled' | 'timeout'; reason: CallReason | undefined } | undefined;

  /**
   * @throws ParseError when an address in the options is malformed
   * @throws TypeError when a header in the options has a line break
   */
  constructor(core: Core, options: OutgoingInviteOptions) {
    super();
    this.core = core;
    this.options = options;
    this.callId = newCallId();
    this.digest = core.digest(options.credentials);
    this.exchange = new Exchange(core, this.createInvite(), this.digest, () => ++this.sequence, {
      onProvisional: (response) => this.onProvisional(response),
      onFinal: (response, request) => this.onFinal(response, request),
      onFailure: (cause) => this.onFailure(cause),
      wanted: () => this.givenUp === undefined,
    });
    // After the caller has had the chance to add its handlers.
    queueMicrotask(() => this.start());
  }

  get state(): OutgoingCallState {
    return this.current;
  }

  /** The INVITE as last sent. */
  get request(): SipRequest {
    return this.exchange.request;
  }

  /**
   * Gives the call up before it is answered. The CANCEL waits for a first provisional response
   * (§9.1); if the answer wins the race it is acknowledged and the call ended with BYE. `failed`
   * with cause `cancelled` follows in every case. A call that is answered already gets a BYE.
   */
  cancel(reason?: CallReason): void {
    if (this.current === 'confirmed') void this.bye(reason);
    else this.giveUp('cancelled', reason);
  }

  /**
   * Ends the call: BYE when it is answered, CANCEL before. Settles when the BYE was answered or given
   * up.
   */
  bye(reason?: CallReason): Promise<void> {
    if (this.usage !== undefined) return this.usage.bye(reason);
    this.giveUp('cancelled', reason);
    return Promise.resolve();
  }

  /** The endpoint closes. */
  drop(): void {
    if (this.usage !== undefined) this.usage.drop();
    else this.fail({ statusCode: 503, reasonPhrase: reasonPhrase(503), cause: 'transport' });
  }

  private start(): void {
    if (this.current === 'terminated') return;
    const limit = this.options.ringTimeoutMs ?? this.core.timers.c;
    this.ringTimer = this.core.clock.setTimer(() => this.giveUp('timeout', undefined), limit);
    this.exchange.start(this.options.outboundProxy);
  }

  private createInvite(): SipRequest {
    const { options, core } = this;
    parseUri(options.requestUri);
    const from = parseNameAddr(options.from, 'From');
    const to = parseNameAddr(options.to, 'To');
    const params = new Map(from.params).set('tag', newTag());
    const headers = new Headers()
      .append('Via', core.newVia())
      .append('Max-Forwards', '70')
      .append('From', formatNameAddr({ ...from, params }))
      .append('To', formatNameAddr(to))
      .append('Call-ID', this.callId)
      .append('CSeq', `${this.sequence} INVITE`)
      .append('Contact', core.contact(options.contactUser))
      .append('Allow', ALLOW)
      .append('Accept', ACCEPT)
      .append('User-Agent', core.userAgent);
    for (const [name, value] of options.headers ?? []) headers.append(name, value);
    if (options.body !== '') headers.append('Content-Type', options.contentType ?? ACCEPT);
    return new SipRequest('INVITE', options.requestUri, headers, encodeBody(options.body));
  }

  private onProvisional(response: SipResponse): void {
    if (this.current === 'terminated' || this.current === 'confirmed') return;
    this.provisionalSeen = true;
    if (this.givenUp !== undefined) {
      this.sendCancel();
      return;
    }
    const tag = safeTag(response);
    if (response.statusCode > 100 && tag !== '' && !this.forks.has(tag)) {
      this.addFork(tag, response);
    }
    if (this.current === 'calling') this.current = 'proceeding';
    if (this.forks.size > 0) this.current = 'early';
    if (response.statusCode > 100) this.emit('provisional', response);
  }

  private onFinal(response: SipResponse, request: SipRequest): void {
    if (response.statusCode < 300) {
      this.onAccepted(response, request);
      return;
    }
    if (this.current === 'terminated') return;
    const { statusCode, reasonPhrase: text } = response;
    const cause = this.givenUp?.cause ?? 'rejected';
    const told = cause === 'rejected' ? { statusCode, reasonPhrase: text } : standIn(cause);
    this.fail({ ...told, response, cause });
  }

  private onAccepted(response: SipResponse, request: SipRequest): void {
    const tag = safeTag(response);
    const repeated = this.acks.get(tag);
    if (repeated !== undefined) {
      repeated.again();
      return;
    }
    if (this.acks.size >= MAX_FORKS) return;
    const usage = this.forks.get(tag) ?? this.addFork(tag, response);
    if (usage === undefined || !this.confirm(usage, response, request)) {
      // Without a dialog there is nobody to acknowledge; the other side will give up by itself.
      this.fail({ statusCode: 502, reasonPhrase: 'Unusable answer', response, cause: 'rejected' });
      return;
    }
    const { givenUp } = this;
    if (givenUp !== undefined) {
      this.fail({ ...standIn(givenUp.cause), response, cause: givenUp.cause });
      void usage.bye(givenUp.reason);
      return;
    }
    if (this.current === 'terminated' || this.usage !== undefined) {
      // Another fork answered first (§13.2.2.4).
      void usage.bye();
      return;
    }
    this.usage = usage;
    this.current = 'confirmed';
    this.stopTimers();
    this.dropForks(usage);
    this.emit('answered', response);
  }

  /** Confirms the dialog and sends its ACK; false when the answer's Contact cannot be used. */
  private confirm(usage: InviteUsage, response: SipResponse, request: SipRequest): boolean {
    try {
      usage.dialog.confirm(response);
      usage.dialog.raiseSequence(request.cseq.seq);
      const message = usage.dialog.request('ACK', this.core.viaPrefix, request.cseq.seq);
      message.headers.copyFrom(request.headers, 'authorization');
      message.headers.copyFrom(request.headers, 'proxy-authorization');
      message.headers.append('User-Agent', this.core.userAgent);
      const ack: Ack = { again: () => {} };
      this.acks.set(usage.dialog.remoteTag, ack);
      // If the Contact's host cannot be found the ACK is lost; the peer's own timer ends the call.
      this.core.sendAck(message, (again) => {
        ack.again = again;
      });
      return true;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return false;
    }
  }

  private addFork(tag: string, response: SipResponse): InviteUsage | undefined {
    if (this.forks.size >= MAX_FORKS) return undefined;
    let dialog: Dialog;
    try {
      dialog = Dialog.fromResponse(this.request, response);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return undefined;
    }
    const contact = this.core.contact(this.options.contactUser, this.exchange.hop);
    const usage: InviteUsage = new InviteUsage(this.core, dialog, this.digest, contact, {
      ended: (by, request) => this.onEnded(usage, by, request),
      reinvite: (reinvite) => this.emit('reinvite', reinvite),
      info: (info) => this.emit('info', info),
      ack: () => {},
    });
    this.forks.set(tag, usage);
    return usage;
  }

  private onEnded(usage: InviteUsage, by: CallEnd['by'], request: SipRequest | undefined): void {
    if (usage !== this.usage || this.current === 'terminated') return;
    this.current = 'terminated';
    this.emit('ended', request === undefined ? { by } : { by, request });
  }

  private onFailure(cause: 'timeout' | 'transport'): void {
    if (this.current === 'terminated' || this.current === 'confirmed') return;
    const told = this.givenUp?.cause ?? cause;
    this.fail({ ...standIn(told), cause: told });
  }

  private giveUp(cause: 'cancelled' | 'timeout', reason: CallReason | undefined): void {
    if (this.givenUp !== undefined) return;
    if (this.current === 'terminated' || this.current === 'confirmed') return;
    this.givenUp = { cause, reason };
    if (this.exchange.hop === undefined) {
      // Nothing was sent yet.
      this.exchange.stop();
      queueMicrotask(() => this.fail({ ...standIn(cause), cause }));
    } else if (this.provisionalSeen) {
      this.sendCancel();
    }
  }

  private sendCancel(): void {
    const { hop, request } = this.exchange;
    if (this.cancelSent || hop === undefined) return;
    this.cancelSent = true;
    const cancel = createCancel(request);
    cancel.headers.append('User-Agent', this.core.userAgent);
    const reason = this.givenUp?.reason;
    if (reason !== undefined) cancel.headers.append('Reason', formatReason(reason));
    const nothing = () => {};
    try {
      // Whatever becomes of the CANCEL itself, the INVITE's own end or the timer below decides.
      this.core.layer.request(cancel, hop, { onResponse: nothing, onFailure: nothing });
    } catch (error) {
      if (!(error instanceof TooManyTransactions)) throw error;
    }
    // An element that never ends the INVITE is not waited for longer than this (§9.1).
    this.cancelTimer = this.core.clock.setTimer(() => {
      this.exchange.stop();
      const cause = this.givenUp?.cause ?? 'cancelled';
      this.fail({ ...standIn(cause), cause });
    }, 64 * this.core.timers.t1);
  }

  private fail(failure: CallFailure): void {
    if (this.current === 'terminated' || this.current === 'confirmed') return;
    this.current = 'terminated';
    this.stopTimers();
    this.dropForks(undefined);
    this.emit('failed', failure);
  }

  private dropForks(except: InviteUsage | undefined): void {
    for (const usage of this.forks.values()) {
      if (usage !== except && !this.acks.has(usage.dialog.remoteTag)) usage.discard();
    }
  }

  private stopTimers(): void {
    this.core.clock.clearTimer(this.ringTimer);
    this.core.clock.clearTimer(this.cancelTimer);
  }
}

/** What is reported where no response says it. */
function standIn(cause: 'timeout' | 'transport' | 'cancelled'): {
  statusCode: number;
  reasonPhrase: string;
} {
  const statusCode = { timeout: 408, transport: 503, cancelled: 487 }[cause];
  return { statusCode, reasonPhrase: reasonPhrase(statusCode) };
}

function safeTag(response: SipResponse): string {
  // To was validated when the response came in.
  return tagOf(response.to);
}
