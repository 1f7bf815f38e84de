import type { TimerHandle } from '../clock.ts';
import { Dialog } from '../dialog/dialog.ts';
import type { DigestClient } from '../digest/client.ts';
import { newCallId } from '../ids.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { sessionDescriptionOf } from '../message/multipart.ts';
import { type NameAddr, tagOf } from '../message/name-addr.ts';
import { ParseError } from '../message/parse-error.ts';
import { type ReasonValue, reasonsOf } from '../message/reason.ts';
import { reasonPhrase } from '../message/status.ts';
import { createCancel } from '../transaction/ack.ts';
import { TooManyTransactions } from '../transaction/layer.ts';
import { Acknowledgement } from './acknowledgement.ts';
import { ACCEPT, type Core } from './core.ts';
import { EarlyDialog } from './early-dialog.ts';
import { type EarlyOrphan, orphanedInvite } from './early-orphan.ts';
import { Exchange } from './exchange.ts';
import { type CallIdentity, identityOf } from './identity.ts';
import { InviteUsage } from './invite-usage.ts';
import { LateAnswers, MAX_FORKS } from './late-answers.ts';
import { createInvite, type OutgoingInviteOptions } from './outgoing-invite.ts';
import { readReliable } from './prack.ts';
import { type CallEnd, type CallReason, callEnd, formatReason } from './reason.ts';
import { redirectContacts } from './redirect.ts';
import { Session, type SessionEvents } from './session.ts';
import { SessionRequestError } from './session-request-error.ts';
import { amendInterval } from './session-timer.ts';

export type { OutgoingInviteOptions } from './outgoing-invite.ts';
export type { CallEnd } from './reason.ts';

export interface CallFailure {
  /** Status of the final response; 408, 487 or 503 when there was none (RFC 3261 §8.1.3.1). */
  statusCode: number;
  reasonPhrase: string;
  response?: SipResponse;
  cause: 'rejected' | 'timeout' | 'transport' | 'cancelled';
  /** First Reason the other side gave (RFC 6432). */
  reason?: ReasonValue;
}

export type OutgoingCallEvents = SessionEvents & {
  /** 101 … 199. */
  provisional: [response: SipResponse];
  /** A first response of another branch: a dialog of its own. */
  early: [dialog: EarlyDialog];
  /** The 2xx; its ACK has been sent. */
  answered: [response: SipResponse];
  /** A 3xx names other targets, the preferred first; `failed` follows at once. */
  redirected: [contacts: readonly NameAddr[], response: SipResponse];
  failed: [failure: CallFailure];
};

export type OutgoingCallState = 'calling' | 'proceeding' | 'early' | 'confirmed' | 'terminated';

type Fork = { usage: InviteUsage; early: EarlyDialog };

/**
 * A call from us to somebody (RFC 3261 §13.2). Exactly one of `failed` and `answered` … `ended` is
 * reported.
 */
export class OutgoingCall extends Session<OutgoingCallEvents> {
  readonly callId: string;
  private current: OutgoingCallState = 'calling';
  private readonly core: Core;
  private readonly options: OutgoingInviteOptions;
  private readonly digest: DigestClient | undefined;
  private readonly exchange: Exchange;
  private readonly forks = new Map<string, Fork>();
  /** ACKs by branch; undefined while the answer to an offer is being made. */
  private readonly acks = new Map<string, Acknowledgement | undefined>();
  private answered: InviteUsage | undefined;
  private told: CallIdentity | undefined;
  private ringTimer: TimerHandle;
  private cancelTimer: TimerHandle;
  private sequence = 1;
  private provisionalSeen = false;
  private cancelSent = false;
  private answerTold = false;
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
    const invite = createInvite(core, options, this.callId, this.sequence);
    this.exchange = new Exchange(core, invite, this.digest, () => ++this.sequence, {
      onProvisional: (response) => this.onProvisional(response),
      onFinal: (response, request) => this.onFinal(response, request),
      onFailure: (cause) => this.onFailure(cause),
      wanted: () => this.givenUp === undefined,
      amend: (request, response) => amendInterval(request, response),
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

  /** The dialog of the answered call; before, that of the only branch. */
  get dialog(): Dialog | undefined {
    return this.usage?.dialog;
  }

  /** Branches that sent a provisional response, and those that answered. */
  get earlyDialogs(): EarlyDialog[] {
    return [...this.forks.values()].map(({ early }) => early);
  }

  /** What ends this call should the process die before it is answered; undefined once it is, or unsent. */
  get orphan(): EarlyOrphan | undefined {
    if (this.current === 'confirmed' || this.current === 'terminated') return undefined;
    return orphanedInvite(this.request, this.exchange.hop);
  }

  /** Who is at the other end, as the latest response with such headers tells (RFC 3325 §5, §7). */
  get identity(): CallIdentity | undefined {
    return this.told;
  }

  protected get usage(): InviteUsage | undefined {
    if (this.answered !== undefined) return this.answered;
    const [only, another] = this.forks.values();
    return another === undefined ? only?.usage : undefined;
  }

  /**
   * Gives the call up before it is answered. The CANCEL waits for a first provisional response
   * (§9.1); if the answer wins the race it is acknowledged and the call ended with BYE. `failed`
   * with cause `cancelled` follows in every case. A call that is answered already gets a BYE.
   */
  cancel(options?: CallReason | { reason: CallReason }): void {
    const reason = options !== undefined && 'reason' in options ? options.reason : options;
    if (this.current === 'confirmed') void this.bye(reason);
    else this.giveUp('cancelled', reason);
  }

  /**
   * Ends the call: BYE when it is answered, CANCEL before. Settles when the BYE was answered or given
   * up.
   */
  bye(options?: CallReason | { reason: CallReason }): Promise<void> {
    const reason = options !== undefined && 'reason' in options ? options.reason : options;
    if (this.answered !== undefined) return this.answered.bye(reason);
    this.giveUp('cancelled', reason);
    return Promise.resolve();
  }

  /** The endpoint closes. */
  drop(): void {
    if (this.answered !== undefined) this.answered.drop();
    else this.fail({ statusCode: 503, reasonPhrase: reasonPhrase(503), cause: 'transport' });
  }

  private start(): void {
    if (this.current === 'terminated') return;
    const limit = this.options.ringTimeoutMs ?? this.core.timers.c;
    this.ringTimer = this.core.clock.setTimer(() => this.giveUp('timeout', undefined), limit);
    this.exchange.start(this.options.outboundProxy);
  }

  private onProvisional(response: SipResponse): void {
    // After the answer of one branch the others no longer matter.
    if (this.current === 'terminated' || this.answered !== undefined) return;
    this.provisionalSeen = true;
    if (this.givenUp !== undefined) {
      this.sendCancel();
      return;
    }
    if (this.current === 'calling') this.current = 'proceeding';
    if (response.statusCode === 100) return;
    const tag = tagOf(response.to);
    const known = this.forks.get(tag);
    const fork = known ?? (tag === '' ? undefined : this.addFork(tag, response));
    if (fork !== undefined) {
      if (!this.acknowledgeProvisional(fork, response)) return;
      this.current = 'early';
      fork.usage.notePeer(response);
      fork.early.note(response);
    }
    this.noteIdentity(response);
    if (fork !== undefined && known === undefined) this.emit('early', fork.early);
    fork?.early.emit('progress', response);
    this.emit('provisional', response);
  }

  /**
   * Sends the PRACK for a reliable response (RFC 3262 §4); false when it is out of order or repeated
   * and must not be looked at.
   */
  private acknowledgeProvisional(fork: Fork, response: SipResponse): boolean {
    const policy = this.options.reliableProvisional ?? this.core.reliableProvisional;
    const reliable = policy === 'off' ? 'unreliable' : readReliable(response);
    if (reliable === 'unreliable') return true;
    if (reliable === 'unreadable' || !fork.early.isNext(reliable.rseq)) return false;
    const { usage } = fork;
    const { rack, description } = reliable;
    const prack = (answer: string) => {
      const headers: [string, string][] = [['RAck', rack]];
      // What refuses a PRACK is told by the INVITE's own end.
      usage.send('PRACK', { headers, body: answer }).catch(onlyRefusal);
    };
    if (description === '') {
      prack('');
    } else if (usage.offers.fire('receiveAnswer') === 'go') {
      usage.remoteSdp = description;
      prack('');
    } else if (usage.offers.state === 'none' && this.options.answerOffer !== undefined) {
      usage.offers.fire('receiveOffer');
      this.answerThen(usage, description, prack, () => {
        usage.offers.fire('refuse');
        this.giveUp('cancelled', { cause: 488, text: 'Offer not answered' });
      });
    } else {
      prack('');
    }
    return true;
  }

  private onFinal(response: SipResponse, request: SipRequest): void {
    if (response.statusCode < 300) {
      this.onAccepted(response, request);
      return;
    }
    if (this.current === 'terminated') return;
    const { statusCode, reasonPhrase } = response;
    if (this.givenUp !== undefined) {
      const { cause } = this.givenUp;
      this.fail({ ...standIn(cause), response, cause });
      return;
    }
    if (statusCode < 400) this.emit('redirected', redirectContacts(response), response);
    this.fail({ statusCode, reasonPhrase, response, cause: 'rejected' });
  }

  private onAccepted(response: SipResponse, request: SipRequest): void {
    const tag = tagOf(response.to);
    if (this.acks.has(tag)) {
      this.acks.get(tag)?.send();
      return;
    }
    if (this.acks.size >= MAX_FORKS) return;
    const known = this.forks.get(tag);
    const fork = known?.usage.over === false ? known : this.addFork(tag, response);
    if (fork === undefined || !this.confirm(fork.usage, response, request)) {
      // Without a dialog there is nobody to acknowledge; the other side will give up by itself.
      this.fail({ statusCode: 502, reasonPhrase: 'Unusable answer', response, cause: 'rejected' });
      return;
    }
    const { usage } = fork;
    const { givenUp } = this;
    if (givenUp !== undefined) {
      this.acknowledge(usage, request, '');
      this.fail({ ...standIn(givenUp.cause), response, cause: givenUp.cause });
      void usage.bye(givenUp.reason);
      return;
    }
    if (this.current === 'terminated' || this.answered !== undefined) {
      // Another branch answered first (§13.2.2.4).
      this.acknowledge(usage, request, '');
      void usage.bye();
      return;
    }
    this.take(fork, response, request);
  }

  /** Takes the first answer: offer and answer, ACK, and the end of the other branches. */
  private take(fork: Fork, response: SipResponse, request: SipRequest): void {
    const { usage } = fork;
    this.answered = usage;
    this.current = 'confirmed';
    this.stopTimers();
    this.dropForks(fork);
    this.noteIdentity(response);
    fork.early.note(response);
    fork.early.confirm();
    const ready = (answer: string) => {
      this.acknowledge(usage, request, answer);
      usage.invites.fire('receiveFinal');
      usage.timer.answered(request, response);
      this.answerTold = true;
      this.emit('answered', response);
      usage.pump();
    };
    const { offers } = usage;
    const description = fork.early.sdp;
    if (offers.state === 'offered') {
      offers.fire(description === '' ? 'refused' : 'receiveAnswer');
      usage.remoteSdp = description;
    } else if (offers.state === 'none' && description !== '') {
      if (this.options.answerOffer !== undefined) {
        offers.fire('receiveOffer');
        this.answerThen(usage, description, ready, () => {
          this.acknowledge(usage, request, '');
          this.current = 'early';
          this.fail({ ...standIn('cancelled'), statusCode: 488, response, cause: 'cancelled' });
          void usage.bye({ cause: 488, text: 'Offer not answered' });
        });
        return;
      }
    }
    ready('');
  }

  /** Confirms the dialog; false when the answer's Contact cannot be used. */
  private confirm(usage: InviteUsage, response: SipResponse, request: SipRequest): boolean {
    try {
      sessionDescriptionOf(response);
      usage.dialog.confirm(response);
      usage.dialog.raiseSequence(request.cseq.seq);
      usage.notePeer(response);
      this.acks.set(usage.dialog.remoteTag, undefined);
      return true;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return false;
    }
  }

  private acknowledge(usage: InviteUsage, request: SipRequest, answer: string): void {
    try {
      const ack = new Acknowledgement(this.core, usage.dialog, request, answer);
      this.acks.set(usage.dialog.remoteTag, ack);
    } catch (error) {
      // A route that cannot be used: the ACK is lost and the peer's own timer ends the call.
      if (!(error instanceof ParseError)) throw error;
    }
  }

  /** Has an offer answered; at once when the answer is at hand. */
  private answerThen(
    usage: InviteUsage,
    offer: string,
    ready: (answer: string) => void,
    refused: () => void,
  ): void {
    const done = (answer: string) => {
      if (usage.over) return;
      usage.offers.fire('sendAnswer');
      usage.localSdp = answer;
      usage.remoteSdp = offer;
      ready(answer);
    };
    let answer: string | Promise<string> | undefined;
    try {
      answer = this.options.answerOffer?.(offer);
    } catch (error) {
      refused();
      throw error;
    }
    if (typeof answer === 'string') done(answer);
    else void answer?.then(done, refused);
  }

  private addFork(tag: string, response: SipResponse): Fork | undefined {
    if (this.forks.size >= MAX_FORKS && !this.forks.has(tag)) return undefined;
    let dialog: Dialog;
    try {
      dialog = Dialog.fromResponse(this.request, response);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return undefined;
    }
    const usage: InviteUsage = new InviteUsage(this.core, dialog, {
      digest: this.digest,
      contact: this.core.contact(this.options.contactUser, this.exchange.hop),
      role: 'uac',
      offers: this.options.body === '' ? 'none' : 'offered',
      sessionTimer: this.options.sessionTimer,
      call: this,
      hooks: {
        ended: (by, request) => this.onEnded(usage, by, request),
        // What a branch brings before the answer belongs to it if anybody listens there.
        reinvite: (reinvite) => early.emit('reinvite', reinvite) || this.emit('reinvite', reinvite),
        info: (info) => early.emit('info', info) || this.emit('info', info),
        refer: (refer) => early.emit('refer', refer) || this.emit('refer', refer),
        ack: () => {},
      },
    });
    if ((this.options.contentType ?? ACCEPT) === ACCEPT) usage.localSdp = this.options.body;
    const early = new EarlyDialog(usage, response);
    const fork = { usage, early };
    this.forks.set(tag, fork);
    return fork;
  }

  private noteIdentity(response: SipResponse): void {
    const { headers } = response;
    const tells = headers.has('p-asserted-identity') || headers.has('history-info');
    if (tells || headers.has('diversion')) this.told = identityOf(response);
  }

  private onEnded(usage: InviteUsage, by: CallEnd['by'], request: SipRequest | undefined): void {
    if (usage !== this.answered || this.current === 'terminated') return;
    if (!this.answerTold) {
      // It ended while the answer to the other side's offer was being made.
      this.current = 'early';
      this.fail({ ...standIn('cancelled'), cause: by === 'remote' ? 'rejected' : 'cancelled' });
      return;
    }
    this.current = 'terminated';
    const { core, exchange, acks, digest } = this;
    exchange.leaveTo(new LateAnswers(core, exchange.request, acks, digest));
    this.forks.clear();
    this.emit('ended', callEnd(by, request, usage.lapse));
    this.dropHandlers();
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
    const [reason] = failure.response === undefined ? [] : reasonsOf(failure.response.headers);
    this.emit('failed', reason === undefined ? failure : { ...failure, reason });
    this.dropHandlers();
  }

  private dropForks(except: Fork | undefined): void {
    for (const fork of this.forks.values()) {
      if (fork === except) continue;
      fork.early.terminate();
      if (!this.acks.has(fork.early.remoteTag)) fork.usage.discard();
    }
  }

  private stopTimers(): void {
    this.core.clock.clearTimer(this.ringTimer);
    this.core.clock.clearTimer(this.cancelTimer);
  }
}

/** What is reported where no response says it. */
function standIn(
  cause: 'timeout' | 'transport' | 'cancelled',
): Pick<CallFailure, 'statusCode' | 'reasonPhrase'> {
  const statusCode = { timeout: 408, transport: 503, cancelled: 487 }[cause];
  return { statusCode, reasonPhrase: reasonPhrase(statusCode) };
}

function onlyRefusal(error: unknown): void {
  if (!(error instanceof SessionRequestError)) throw error;
}
