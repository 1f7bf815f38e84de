import type { TimerHandle } from '../clock.ts';
import { Dialog } from '../dialog/dialog.ts';
import type { DigestCredentials } from '../digest/client.ts';
import { newTag } from '../ids.ts';
import { createResponse, type ResponseOptions } from '../message/build.ts';
import type { SipRequest } from '../message/message.ts';
import { sessionDescriptionOf } from '../message/multipart.ts';
import { formatNameAddr, type NameAddr, parseNameAddr } from '../message/name-addr.ts';
import { ParseError } from '../message/parse-error.ts';
import { parseRAck } from '../message/rack.ts';
import { type ReasonValue, reasonsOf } from '../message/reason.ts';
import { parseReplaces, type Replaces } from '../message/replaces.ts';
import { type Uri, userOf } from '../message/uri.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { Source } from '../transport/transport.ts';
import { AcceptRepeater } from './accept-repeater.ts';
import type { Core } from './core.ts';
import { type EarlyOrphan, orphanedAnswer } from './early-orphan.ts';
import { type CallIdentity, identityOf } from './identity.ts';
import { InviteUsage } from './invite-usage.ts';
import { type CallEnd, type CallReason, callEnd } from './reason.ts';
import { ReliableResponses } from './reliable-responses.ts';
import { respond } from './respond.ts';
import { Session, type SessionEvents } from './session.ts';
import type { SessionTimerOptions } from './session-timer.ts';

export type IncomingCallEvents = SessionEvents & {
  /** The caller gave up before an answer; 487 has been sent. */
  cancelled: [cancel: SipRequest | undefined, reason: ReasonValue | undefined];
  /** The ACK for our 200 came. */
  confirmed: [ack: SipRequest];
  /** The PRACK to a reliable provisional response that held our offer brought its answer. */
  acknowledged: [answer: string, prack: SipRequest];
  /** Nothing more comes, however it ended: rejected, cancelled or ended. */
  over: [];
};

/** `answered`: the 200 was sent, its ACK is awaited. */
export type IncomingCallState = 'incoming' | 'ringing' | 'answered' | 'confirmed' | 'terminated';

export interface ProgressOptions {
  /** SDP: early media, or with `reliable` the answer (or our offer, when the INVITE had none). */
  body?: string;
  /**
   * Repeat it until its PRACK comes (RFC 3262). Default: only when the caller or the endpoint's
   * option requires it; no effect when the caller does not know reliable responses.
   */
  reliable?: boolean;
  headers?: readonly (readonly [name: string, value: string])[];
}

export interface AnswerOptions {
  sessionTimer?: SessionTimerOptions;
  headers?: readonly (readonly [name: string, value: string])[];
}

/** Proxies on the way forget a call that rings silently for three minutes (§13.3.1.1). */
const REPEAT_PROVISIONAL_MS = 60_000;

/** A call from somebody to us (RFC 3261 §13.3). 100 has been sent before anybody sees it. */
export class IncomingCall extends Session<IncomingCallEvents> {
  readonly callId: string;
  readonly request: SipRequest;
  /** Where the INVITE came from. */
  readonly remote: Source;
  readonly requestUri: Uri;
  readonly from: NameAddr;
  readonly to: NameAddr;
  /** The SDP offer; `''` when the caller wants one from us. */
  readonly body: string;
  /** The call this one wants to take the place of (RFC 3891); see `endpoint.inspectReplaces`. */
  readonly replaces: Replaces | undefined;
  protected readonly usage: InviteUsage;
  private current: IncomingCallState = 'incoming';
  private readonly core: Core;
  private readonly transaction: ServerTransaction;
  private readonly localTag = newTag();
  private readonly contact: string;
  /** Made with the first reliable response. */
  private reliable: ReliableResponses | undefined;
  /** Whether the caller knows reliable provisional responses, and whether it insists on them. */
  private readonly reliableKnown: boolean;
  private readonly reliableRequired: boolean;
  private repeater: AcceptRepeater | undefined;
  private ringTimer: TimerHandle;
  private told: CallIdentity | undefined;
  private pendingAnswer: { body: string; options: AnswerOptions } | undefined;
  private pendingBye: { reason: CallReason | undefined; done: () => void } | undefined;
  private byeDone: Promise<void> | undefined;

  /**
   * @throws ParseError when the request cannot make a dialog (no Contact, bad Record-Route), or its
   * Replaces or body cannot be read
   */
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
    this.body = sessionDescriptionOf(request);
    const replaces = request.headers.get('replaces');
    this.replaces = replaces === undefined ? undefined : parseReplaces(replaces);
    this.reliableRequired = hasTag(request, 'require', '100rel');
    this.reliableKnown = this.reliableRequired || hasTag(request, 'supported', '100rel');
    this.contact = core.contact(userOf(request.requestUri), transaction.peer);
    const dialog = Dialog.fromRequest(request, this.localTag);
    this.usage = new InviteUsage(core, dialog, {
      digest: undefined,
      contact: this.contact,
      role: 'uas',
      offers: this.body === '' ? 'none' : 'received',
      sessionTimer: undefined,
      call: this,
      hooks: {
        ended: (by, bye) => this.onEnded(by, bye),
        reinvite: (reinvite) => this.emit('reinvite', reinvite),
        info: (info) => this.emit('info', info),
        refer: (refer) => this.emit('refer', refer),
        ack: (ack) => this.onAck(ack),
        prack: (prack) => this.onPrack(prack),
      },
    });
    this.usage.notePeer(request);
    this.usage.remoteSdp = this.body;
    transaction.user = {
      localTag: this.localTag,
      onCancel: (cancel) => this.onCancel(cancel),
      onAck: (ack) => this.onAck(ack),
    };
  }

  /** Identity of the caller and the way of the call, as the network tells. */
  get identity(): CallIdentity {
    this.told ??= identityOf(this.request);
    return this.told;
  }

  get dialog(): Dialog {
    return this.usage.dialog;
  }

  get state(): IncomingCallState {
    return this.current;
  }

  /** What ends this call should the process die before it is answered; undefined once it is. */
  get orphan(): EarlyOrphan | undefined {
    if (this.current !== 'incoming' && this.current !== 'ringing') return undefined;
    return orphanedAnswer(this.request, this.localTag, this.transaction.hop);
  }

  /** Sets who we are when the other side challenges our requests in this call. */
  authenticateAs(credentials: DigestCredentials): void {
    this.usage.digest = this.core.digest(credentials);
  }

  /** Tells the caller that it rings: `progress` with 180, or 183 with a body. */
  ringing(options: { body?: string; status?: 180 | 183 } = {}): void {
    const { status = 180, body } = options;
    this.progress(status, body === undefined ? {} : { body });
  }

  /**
   * Sends a provisional response, repeated every minute until the call is answered. A reliable one
   * that is not acknowledged within 64·T1 refuses the call with 504. No effect once answered or over.
   *
   * @param status 101 … 199
   */
  progress(status: number, options: ProgressOptions = {}): void {
    if (this.current !== 'incoming' && this.current !== 'ringing') return;
    if (status <= 100 || status >= 200) throw new RangeError('not a provisional status');
    this.current = 'ringing';
    this.core.clock.clearTimer(this.ringTimer);
    const { body, headers = [] } = options;
    const content = body === undefined ? {} : { body };
    if (this.isReliable(options.reliable)) {
      this.negotiate(body);
      const response = this.response(status, content, headers);
      this.reliable ??= new ReliableResponses(this.core, this.transaction, {
        acknowledged: () => this.sendPendingAnswer(),
        unacknowledged: () => this.reject(504),
      });
      this.reliable.send(response, body !== undefined && body !== '');
      this.repeatLater(() => this.progress(status, { reliable: true, headers }));
      return;
    }
    const response = this.response(status, content, headers);
    const repeat = () => {
      this.transaction.respond(response);
      this.repeatLater(repeat);
    };
    repeat();
  }

  /**
   * Answers with 200, repeated until the ACK comes; without one for 64·T1 the call is ended with BYE
   * and `ended` by `timeout`. It waits for the PRACK to a reliable response that holds SDP. No effect
   * once answered or over.
   *
   * @param body SDP answer (or offer, when the INVITE had none)
   */
  answer(body: string, options: AnswerOptions = {}): void {
    if (this.current !== 'incoming' && this.current !== 'ringing') return;
    if (this.pendingAnswer !== undefined) return;
    if (this.reliable?.holding === true) {
      this.pendingAnswer = { body, options };
      return;
    }
    this.current = 'answered';
    this.core.clock.clearTimer(this.ringTimer);
    this.reliable?.stop();
    const { usage } = this;
    usage.dialog.confirm();
    if (options.sessionTimer !== undefined) usage.timer.wish(options.sessionTimer);
    const timer = usage.timer.answer(this.request, true);
    this.negotiate(body);
    // An answer without one: the offer came to nothing.
    if (body === '') usage.offers.fire('refuse');
    usage.invites.fire('sendAccept');
    const response = this.response(200, { body }, [...timer, ...(options.headers ?? [])]);
    const expired = () => this.onNoAck();
    this.repeater = new AcceptRepeater(this.core, this.transaction, response, expired);
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
        headers: [...headers, this.core.serverLine],
        ...(reasonPhrase === undefined ? {} : { reasonPhrase }),
      }),
    );
    this.tellOver();
  }

  /**
   * Sends the caller elsewhere (RFC 3261 §21.3). No effect once answered or over.
   *
   * @param contacts URIs or name-addrs, the preferred first
   * @throws ParseError when one is malformed
   */
  redirect(
    contacts: readonly string[],
    options: {
      /** Default 302. */
      status?: 300 | 301 | 302 | 305 | 380;
      headers?: readonly (readonly [name: string, value: string])[];
    } = {},
  ): void {
    const lines = contacts.map((contact): [string, string] => [
      'Contact',
      formatNameAddr(parseNameAddr(contact, 'Contact')),
    ]);
    this.reject(options.status ?? 302, undefined, [...lines, ...(options.headers ?? [])]);
  }

  /**
   * Ends the call. Before an answer it is refused with 480; between 200 and ACK the BYE waits for the
   * ACK, as it must (§15). Settles when the BYE was answered or given up.
   */
  bye(options?: CallReason | { reason: CallReason }): Promise<void> {
    const reason = options !== undefined && 'reason' in options ? options.reason : options;
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
      this.emit('cancelled', undefined, undefined);
      this.tellOver();
    }
  }

  private isReliable(wish: boolean | undefined): boolean {
    if (this.core.reliableProvisional === 'off' || !this.reliableKnown) return false;
    return this.reliableRequired || (wish ?? this.core.reliableProvisional === 'required');
  }

  /** What a session description in a reliable response or a 2xx means (RFC 6337 §2). */
  private negotiate(body: string | undefined): void {
    if (body === undefined || body === '') return;
    const { offers } = this.usage;
    if (offers.state === 'received') offers.fire('sendAnswer');
    else if (offers.state === 'none') offers.fire('sendOffer');
    else return;
    this.usage.localSdp = body;
  }

  private repeatLater(repeat: () => void): void {
    this.ringTimer = this.core.clock.setTimer(repeat, REPEAT_PROVISIONAL_MS);
  }

  private response(
    status: number,
    options: ResponseOptions,
    headers: readonly (readonly [name: string, value: string])[],
  ): ReturnType<typeof createResponse> {
    return createResponse(this.request, status, {
      ...options,
      toTag: this.localTag,
      headers: [
        ['Contact', this.contact],
        this.core.allowLine,
        this.core.supportedLine,
        this.core.serverLine,
        ...headers,
      ],
    });
  }

  private onPrack(transaction: ServerTransaction): void {
    const { request } = transaction;
    const rack = parseRAck(request.headers.get('rack') ?? '');
    const content = sessionDescriptionOf(request);
    const { reliable } = this;
    if (reliable?.acknowledge(rack) !== true) {
      respond(transaction, 481);
      return;
    }
    const { offers } = this.usage;
    if (offers.state === 'offered' && content !== '') {
      respond(transaction, 200);
      offers.fire('receiveAnswer');
      this.usage.remoteSdp = content;
      this.emit('acknowledged', content, request);
    } else if (content === '') {
      respond(transaction, 200);
    } else if (offers.fire('receiveOffer') === 'go') {
      const settled = () => reliable.proceed();
      this.usage.offerToCall(this.usage.deliver(transaction, content, settled, settled));
      return;
    } else {
      respond(transaction, 488);
    }
    reliable.proceed();
  }

  private sendPendingAnswer(): void {
    const { pendingAnswer } = this;
    if (pendingAnswer === undefined) return;
    this.pendingAnswer = undefined;
    this.answer(pendingAnswer.body, pendingAnswer.options);
  }

  private onAck(ack: SipRequest): void {
    if (this.current !== 'answered' || ack.cseq.seq !== this.request.cseq.seq) return;
    this.current = 'confirmed';
    this.repeater?.stop();
    this.usage.acknowledged(ack);
    this.emit('confirmed', ack);
    const { pendingBye } = this;
    if (pendingBye !== undefined) void this.usage.bye(pendingBye.reason).then(pendingBye.done);
    else this.usage.pump();
  }

  private onNoAck(): void {
    const bye = this.usage.lapsed('ack', 'ACK timeout');
    const { pendingBye } = this;
    if (pendingBye !== undefined) void bye.then(pendingBye.done);
  }

  private onCancel(cancel: SipRequest): void {
    if (this.current !== 'incoming' && this.current !== 'ringing') return;
    this.terminateRequest();
    this.emit('cancelled', cancel, reasonsOf(cancel.headers)[0]);
    this.tellOver();
  }

  private onEnded(by: CallEnd['by'], request: SipRequest | undefined): void {
    if (this.current === 'terminated') return;
    const early = this.current === 'incoming' || this.current === 'ringing';
    if (early) {
      // A caller may also end an early dialog by BYE; the INVITE still wants its answer (§15.1.2).
      this.terminateRequest();
      this.emit('cancelled', request, request && reasonsOf(request.headers)[0]);
      this.tellOver();
      return;
    }
    this.close();
    this.pendingBye?.done();
    this.emit('ended', callEnd(by, request, this.usage.lapse));
    this.tellOver();
  }

  private terminateRequest(): void {
    this.usage.discard();
    this.close();
    this.transaction.respond(createResponse(this.request, 487, { toTag: this.localTag }));
  }

  private tellOver(): void {
    this.emit('over');
    this.dropHandlers();
  }

  private close(): void {
    this.current = 'terminated';
    // The transaction outlives the call by half a minute and is not to keep it.
    this.transaction.user = { localTag: this.localTag };
    this.pendingAnswer = undefined;
    this.core.clock.clearTimer(this.ringTimer);
    this.repeater?.stop();
    this.reliable?.stop();
  }
}

function hasTag(request: SipRequest, key: 'require' | 'supported', wanted: string): boolean {
  if (!request.headers.has(key)) return false;
  try {
    return request.headers.elements(key).some((tag) => tag.toLowerCase() === wanted);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return false;
  }
}
