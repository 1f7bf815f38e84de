import type { TimerHandle } from '../clock.ts';
import { Dialog } from '../dialog/dialog.ts';
import { newTag } from '../ids.ts';
import { createResponse, type ResponseOptions } from '../message/build.ts';
import type { SipRequest } from '../message/message.ts';
import type { NameAddr } from '../message/name-addr.ts';
import { type Uri, userOf } from '../message/uri.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { SocketAddress } from '../transport/transport.ts';
import { AcceptRepeater } from './accept-repeater.ts';
import { ALLOW, type Core } from './core.ts';
import { Emitter } from './emitter.ts';
import type { IncomingInfo, IncomingReinvite } from './incoming-requests.ts';
import { InviteUsage } from './invite-usage.ts';
import type { CallEnd } from './outgoing-call.ts';
import type { CallReason } from './reason.ts';

export type IncomingCallEvents = {
  /** The caller gave up before an answer; 487 has been sent. */
  cancelled: [cancel: SipRequest | undefined];
  /** The ACK for our 200 came. */
  confirmed: [ack: SipRequest];
  /** An answered call is over. */
  ended: [end: CallEnd];
  reinvite: [reinvite: IncomingReinvite];
  info: [info: IncomingInfo];
  /** Nothing more comes, however it ended: rejected, cancelled or ended. */
  over: [];
};

/** `answered`: the 200 was sent, its ACK is awaited. */
export type IncomingCallState = 'incoming' | 'ringing' | 'answered' | 'confirmed' | 'terminated';

/** Proxies on the way forget a call that rings silently for three minutes (§13.3.1.1). */
const REPEAT_PROVISIONAL_MS = 60_000;

/** A call from somebody to us (RFC 3261 §13.3). 100 has been sent before anybody sees it. */
export class IncomingCall extends Emitter<IncomingCallEvents> {
  readonly callId: string;
  readonly request: SipRequest;
  /** Where the INVITE came from. */
  readonly remote: SocketAddress;
  readonly requestUri: Uri;
  readonly from: NameAddr;
  readonly to: NameAddr;
  /** The SDP offer; `''` when the caller wants one from us. */
  readonly body: string;
  private current: IncomingCallState = 'incoming';
  private readonly core: Core;
  private readonly transaction: ServerTransaction;
  private readonly localTag = newTag();
  private readonly contact: string;
  private readonly usage: InviteUsage;
  private repeater: AcceptRepeater | undefined;
  private ringTimer: TimerHandle;
  private pendingBye: { reason: CallReason | undefined; done: () => void } | undefined;
  private byeDone: Promise<void> | undefined;

  /** @throws ParseError when the request cannot make a dialog (no Contact, bad Record-Route) */
  constructor(core: Core, transaction: ServerTransaction) {
    super();
    const { request } = transaction;
    this.core = core;
    this.transaction = transaction;
    this.request = request;
    this.callId = request.callId;
    this.remote = transaction.source;
    this.requestUri = request.requestUri;
    this.from = request.from;
    this.to = request.to;
    this.body = request.bodyText;
    this.contact = core.contact(userOf(request.requestUri));
    const dialog = Dialog.fromRequest(request, this.localTag);
    this.usage = new InviteUsage(core, dialog, undefined, this.contact, {
      ended: (by, bye) => this.onEnded(by, bye),
      reinvite: (reinvite) => this.emit('reinvite', reinvite),
      info: (info) => this.emit('info', info),
      ack: (ack) => this.onAck(ack),
    });
    transaction.user = {
      localTag: this.localTag,
      onCancel: (cancel) => this.onCancel(cancel),
      onAck: (ack) => this.onAck(ack),
    };
  }

  get dialog(): Dialog {
    return this.usage.dialog;
  }

  get state(): IncomingCallState {
    return this.current;
  }

  /**
   * Tells the caller that it rings (180), or sends early media (183 with a body). It is repeated
   * every minute until the call is answered. No effect once answered or over.
   */
  ringing(options: { body?: string; status?: 180 | 183 } = {}): void {
    if (this.current !== 'incoming' && this.current !== 'ringing') return;
    this.current = 'ringing';
    const response = this.response(options.status ?? 180, {
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    this.core.clock.clearTimer(this.ringTimer);
    const repeat = () => {
      this.transaction.respond(response);
      this.ringTimer = this.core.clock.setTimer(repeat, REPEAT_PROVISIONAL_MS);
    };
    repeat();
  }

  /**
   * Answers with 200, repeated until the ACK comes; without one for 64·T1 the call is ended with BYE
   * and `ended` by `timeout`. No effect once answered or over.
   *
   * @param body SDP answer (or offer, when the INVITE had none)
   */
  answer(body: string): void {
    if (this.current !== 'incoming' && this.current !== 'ringing') return;
    this.current = 'answered';
    this.core.clock.clearTimer(this.ringTimer);
    this.usage.dialog.confirm();
    this.repeater = new AcceptRepeater(
      this.core,
      this.transaction,
      this.response(200, { body }),
      () => this.onNoAck(),
    );
  }

  /** Refuses the call with a 3xx to 6xx. No effect once answered or over. */
  reject(
    status: number,
    reasonPhrase?: string,
    headers: readonly (readonly [name: string, value: string])[] = [],
  ): void {
    if (this.current !== 'incoming' && this.current !== 'ringing') return;
    this.close();
    this.usage.discard();
    this.transaction.respond(
      createResponse(this.request, status, {
        toTag: this.localTag,
        headers: [...headers, ['Server', this.core.userAgent]],
        ...(reasonPhrase === undefined ? {} : { reasonPhrase }),
      }),
    );
    this.emit('over');
  }

  /**
   * Ends the call. Before an answer it is refused with 480; between 200 and ACK the BYE waits for the
   * ACK, as it must (§15). Settles when the BYE was answered or given up.
   */
  bye(reason?: CallReason): Promise<void> {
    switch (this.current) {
      case 'incoming':
      case 'ringing':
        this.reject(480);
        return Promise.resolve();
      case 'answered':
        this.byeDone ??= new Promise((done) => {
          this.pendingBye = { reason, done };
        });
        return this.byeDone;
      default:
        return this.usage.bye(reason);
    }
  }

  /** The endpoint closes. */
  drop(): void {
    const answered = this.current === 'answered' || this.current === 'confirmed';
    if (answered) {
      this.usage.drop();
    } else if (this.current !== 'terminated') {
      this.usage.discard();
      this.close();
      this.emit('cancelled', undefined);
      this.emit('over');
    }
  }

  private response(status: number, options: ResponseOptions): ReturnType<typeof createResponse> {
    return createResponse(this.request, status, {
      ...options,
      toTag: this.localTag,
      headers: [
        ['Contact', this.contact],
        ['Allow', ALLOW],
        ['Server', this.core.userAgent],
      ],
    });
  }

  private onAck(ack: SipRequest): void {
    if (this.current !== 'answered' || ack.cseq.seq !== this.request.cseq.seq) return;
    this.current = 'confirmed';
    this.repeater?.stop();
    this.emit('confirmed', ack);
    const { pendingBye } = this;
    if (pendingBye !== undefined) void this.usage.bye(pendingBye.reason).then(pendingBye.done);
  }

  private onNoAck(): void {
    const bye = this.usage.bye({ cause: 102, text: 'ACK timeout' }, 'timeout');
    const { pendingBye } = this;
    if (pendingBye !== undefined) void bye.then(pendingBye.done);
  }

  private onCancel(cancel: SipRequest): void {
    if (this.current !== 'incoming' && this.current !== 'ringing') return;
    this.terminateRequest();
    this.emit('cancelled', cancel);
    this.emit('over');
  }

  private onEnded(by: CallEnd['by'], request: SipRequest | undefined): void {
    if (this.current === 'terminated') return;
    const early = this.current === 'incoming' || this.current === 'ringing';
    if (early) {
      // A caller may also end an early dialog by BYE; the INVITE still wants its answer (§15.1.2).
      this.terminateRequest();
      this.emit('cancelled', request);
      this.emit('over');
      return;
    }
    this.close();
    this.pendingBye?.done();
    this.emit('ended', request === undefined ? { by } : { by, request });
    this.emit('over');
  }

  private terminateRequest(): void {
    this.usage.discard();
    this.close();
    this.transaction.respond(createResponse(this.request, 487, { toTag: this.localTag }));
  }

  private close(): void {
    this.current = 'terminated';
    this.core.clock.clearTimer(this.ringTimer);
    this.repeater?.stop();
  }
}
