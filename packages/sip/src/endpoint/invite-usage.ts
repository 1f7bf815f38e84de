import type { Dialog } from '../dialog/dialog.ts';
import {
  INVITE_USAGE,
  type InviteUsageEvent,
  type InviteUsageState,
  type InviteUsageVerdict,
} from '../dialog/invite-usage-table.ts';
import {
  OFFER_ANSWER,
  type OfferAnswerEvent,
  type OfferAnswerState,
  type OfferAnswerVerdict,
} from '../dialog/offer-answer-table.ts';
import { StateMachine } from '../dialog/state-table.ts';
import type { DigestClient } from '../digest/client.ts';
import { createResponse, encodeBody } from '../message/build.ts';
import type { HeaderField } from '../message/headers.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import { sessionDescriptionOf } from '../message/multipart.ts';
import { ParseError } from '../message/parse-error.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { AcceptRepeater } from './accept-repeater.ts';
import { ACCEPT, type Core, type DialogUser } from './core.ts';
import { Exchange } from './exchange.ts';
import type { IncomingCall } from './incoming-call.ts';
import { IncomingReinvite } from './incoming-requests.ts';
import type { InviteUsageHooks, InviteUsageOptions } from './invite-usage-options.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import { type CallReason, formatReason, type Lapse } from './reason.ts';
import { ReferUsage } from './refer-usage.ts';
import { respond } from './respond.ts';
import { SessionChanges } from './session-changes.ts';
import { SessionRequestError } from './session-request-error.ts';
import { SessionTimer, type SessionTimerHooks } from './session-timer.ts';

/** A request other than INVITE and UPDATE inside the dialog. */
export interface InDialogRequest {
  headers?: readonly (readonly [name: string, value: string])[];
  contentType?: string;
  body?: string;
}

/** Methods whose 481 says that the call is gone, and not just what the request was about. */
const CALL_METHODS: ReadonlySet<string> = new Set(['INFO', 'OPTIONS', 'REFER']);

/** Methods of transfers and the subscriptions they make. */
const REFER_METHODS: ReadonlySet<string> = new Set(['REFER', 'NOTIFY', 'SUBSCRIBE']);

/** Requests inside a dialog that an INVITE made, in both directions (RFC 3261 §12.2, §14, §15). */
export class InviteUsage implements DialogUser, SessionTimerHooks {
  readonly dialog: Dialog;
  readonly core: Core;
  readonly contact: string;
  readonly role: 'uac' | 'uas';
  readonly invites: StateMachine<InviteUsageState, InviteUsageEvent, InviteUsageVerdict>;
  readonly offers: StateMachine<OfferAnswerState, OfferAnswerEvent, OfferAnswerVerdict>;
  readonly timer: SessionTimer;
  readonly call: OutgoingCall | IncomingCall | undefined;
  /** Credentials for challenges inside the dialog. */
  digest: DigestClient | undefined;
  /** What did not come, once it ended by `timeout`. */
  lapse: Lapse = 'dialog';
  /** Session description last sent, and last received, in a completed exchange. */
  localSdp = '';
  remoteSdp = '';
  private allow: readonly string[] | undefined;
  private allowed: ReadonlySet<string> | undefined;
  private readonly hooks: InviteUsageHooks;
  /** Made when they are needed, which in most calls they never are. */
  private ownChanges: SessionChanges | undefined;
  private ownRefers: ReferUsage | undefined;
  private ended = false;
  private byePending: Promise<void> | undefined;
  private byeOver = false;
  /** Offer of the peer that waits for the caller's decision, or for the ACK to it. */
  private reinvite: IncomingReinvite | undefined;
  private repeater: AcceptRepeater | undefined;

  constructor(core: Core, dialog: Dialog, options: InviteUsageOptions) {
    this.core = core;
    this.dialog = dialog;
    this.digest = options.digest;
    this.contact = options.contact;
    this.role = options.role;
    this.hooks = options.hooks;
    this.call = options.call;
    const first = options.role === 'uac' ? 'calling' : 'called';
    const state = dialog.state === 'early' ? first : 'confirmed';
    this.invites = new StateMachine(INVITE_USAGE, state);
    this.offers = new StateMachine(OFFER_ANSWER, options.offers);
    this.timer = new SessionTimer(core, options.sessionTimer, this);
    core.dialogs.set(dialog.key, this);
  }

  /** True once the session is over, even while its BYE or a transfer is still under way. */
  get over(): boolean {
    return this.ended;
  }

  /** Our own changes of the session. */
  get changes(): SessionChanges {
    this.ownChanges ??= new SessionChanges(this);
    return this.ownChanges;
  }

  /** Transfers in either direction. */
  get refers(): ReferUsage {
    this.ownRefers ??= new ReferUsage(this, (refer) => this.hooks.refer(refer));
    return this.ownRefers;
  }

  /** Goes on with what waits for its turn. */
  pump(): void {
    this.ownChanges?.pump();
  }

  /** Takes a request that matched the dialog. */
  receive(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (!this.dialog.acceptSequence(request.cseq.seq)) {
      respond(transaction, 500, [], 'CSeq out of order');
      return;
    }
    if (request.method === 'BYE') {
      // Also when our own BYE is under way: both sides may hang up at once.
      respond(transaction, 200);
      this.finish('remote', request);
      return;
    }
    // What a REFER started goes on without the call (RFC 5057 §4.1).
    if (REFER_METHODS.has(request.method) && this.refers.receive(transaction)) return;
    if (this.ended) {
      respond(transaction, 481);
      return;
    }
    this.notePeer(request);
    try {
      this.receiveInSession(transaction);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      respond(transaction, error.status, [], error.message);
    }
  }

  receiveAck(ack: SipRequest): void {
    if (this.repeater?.seq === ack.cseq.seq) {
      this.repeater.stop();
      this.repeater = undefined;
      this.acknowledged(ack);
      const { reinvite } = this;
      // An UPDATE that came before the ACK goes on waiting.
      if (reinvite?.method === 'INVITE') {
        this.reinvite = undefined;
        reinvite.acknowledge(ack);
      }
      this.pump();
    }
    this.hooks.ack(ack);
  }

  /** The ACK to a 2xx of ours came, that to the first INVITE included. */
  acknowledged(ack: SipRequest): void {
    this.invites.fire('receiveAck');
    if (this.offers.state !== 'offered' && this.offers.state !== 'offer-sent') return;
    // Our 2xx held the offer, so the ACK has to hold the answer.
    let answer = '';
    try {
      answer = sessionDescriptionOf(ack);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
    }
    this.offers.fire(answer === '' ? 'refused' : 'receiveAnswer');
    if (answer !== '') this.remoteSdp = answer;
  }

  /**
   * Ends the dialog with a BYE. The session is over at once (§15.1.1); the promise settles when the
   * BYE was answered or given up after timer F.
   *
   * @param by who is reported to have ended it
   */
  bye(reason?: CallReason, by: 'local' | 'timeout' = 'local'): Promise<void> {
    if (this.byePending !== undefined) return this.byePending;
    if (this.ended) return Promise.resolve();
    const request = this.newRequest(
      'BYE',
      reason === undefined ? [] : [['Reason', formatReason(reason)]],
    );
    this.byePending = new Promise((resolve) => {
      const done = () => {
        this.byeOver = true;
        this.release();
        resolve();
      };
      const user = { onFinal: done, onFailure: done };
      const next = () => this.dialog.nextSequence();
      new Exchange(this.core, request, this.digest, next, user).start();
    });
    this.finish(by);
    return this.byePending;
  }

  /** Ends the dialog because something did not come in time. */
  lapsed(lapse: Lapse, text: string): Promise<void> {
    if (!this.ended) this.lapse = lapse;
    return this.bye({ cause: 102, text }, 'timeout');
  }

  /**
   * The peer does not know the dialog any more or does not answer: it ends (§12.2.1.2). Before the
   * answer the INVITE itself decides.
   */
  lost(by: 'timeout'): void {
    if (this.dialog.state === 'confirmed') void this.bye(undefined, by);
  }

  /** Forgets the dialog without a word to the peer or the call. */
  discard(): void {
    if (this.ended) return;
    this.end();
    this.core.dialogs.delete(this.dialog.key);
  }

  drop(): void {
    this.ownRefers?.drop();
    this.finish('local');
    this.core.dialogs.delete(this.dialog.key);
  }

  /** A request inside the dialog with its own headers behind those every request has. */
  newRequest(method: string, headers: readonly HeaderField[] = []): SipRequest {
    const request = this.dialog.request(method, this.core.viaPrefix);
    request.headers.add(this.core.userAgentLine);
    for (const field of headers) request.headers.add(field);
    return request;
  }

  /**
   * Sends a request other than INVITE. Resolves with its 2xx; a 481 ends the call.
   *
   * @throws SessionRequestError
   */
  send(method: string, options: InDialogRequest = {}): Promise<SipResponse> {
    const request = this.newRequest(method, options.headers);
    if (options.body !== undefined && options.body !== '') {
      request.headers.append('Content-Type', options.contentType ?? ACCEPT);
      request.body = encodeBody(options.body);
    }
    return new Promise((resolve, reject) => {
      const next = () => this.dialog.nextSequence();
      new Exchange(this.core, request, this.digest, next, {
        onFinal: (response) => {
          if (response.statusCode < 300) return resolve(response);
          reject(SessionRequestError.of(response));
          if (response.statusCode === 481 && CALL_METHODS.has(method)) this.lost('timeout');
        },
        onFailure: (cause) => reject(new SessionRequestError(cause === 'timeout' ? 408 : 503)),
      }).start();
    });
  }

  /** Remembers what the peer says about itself; it is only read when somebody asks. */
  notePeer(message: SipMessage): void {
    if (!message.headers.has('allow')) return;
    this.allow = message.headers.lines('allow');
    this.allowed = undefined;
  }

  /** Methods the peer takes, as it last said; undefined while it has said nothing. */
  get peerMethods(): ReadonlySet<string> | undefined {
    if (this.allow === undefined) return undefined;
    // What the peer takes is only ever a hint, so nothing in it is an error.
    this.allowed ??= new Set(
      this.allow.flatMap((line) => line.split(',')).map((method) => method.trim().toUpperCase()),
    );
    return this.allowed;
  }

  /** Takes the Contact of a message that refreshes the target; an unreadable one changes nothing. */
  refreshTarget(message: SipMessage): void {
    try {
      this.dialog.refreshTarget(message.contacts);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
    }
  }

  /** Forgets the dialog once nobody needs it. */
  release(): void {
    if (!this.ended || this.ownRefers?.alive === true) return;
    if (this.byePending !== undefined && !this.byeOver) return;
    this.core.dialogs.delete(this.dialog.key);
  }

  /** The session timer wants the session refreshed. */
  async refresh(): Promise<void> {
    const update = this.peerMethods?.has('UPDATE') === true || this.localSdp === '';
    if (update) {
      try {
        await this.changes.request('UPDATE', {});
        return;
      } catch (error) {
        const status = error instanceof SessionRequestError ? error.status : 0;
        if ((status !== 405 && status !== 501) || this.localSdp === '') throw error;
      }
    }
    await this.changes.request('INVITE', { body: this.localSdp });
  }

  /** The session timer ran out. */
  expired(): void {
    void this.lapsed('session', 'Session timer expired');
  }

  private end(): void {
    this.ended = true;
    this.dialog.state = 'terminated';
    this.core.recent.add(this.dialog.key);
    this.invites.fire('end');
    this.repeater?.stop();
    this.timer.stop();
    if (this.reinvite?.answered === false) this.reinvite.reject(487);
    this.ownChanges?.stop();
  }

  private finish(by: 'remote' | 'local' | 'timeout', request?: SipRequest): void {
    if (this.ended) return;
    this.end();
    this.release();
    this.hooks.ended(by, request);
  }

  private receiveInSession(transaction: ServerTransaction): void {
    const { request } = transaction;
    switch (request.method) {
      case 'INVITE':
        this.receiveReinvite(transaction);
        return;
      case 'UPDATE':
        this.receiveUpdate(transaction);
        return;
      case 'PRACK':
        if (this.hooks.prack === undefined) respond(transaction, 481);
        else this.hooks.prack(transaction);
        return;
      case 'INFO':
        this.receiveInfo(transaction);
        return;
      case 'OPTIONS':
        respond(transaction, 200, [...this.core.capabilities, ['Accept', ACCEPT]]);
        return;
      case 'NOTIFY':
      case 'SUBSCRIBE':
        respond(transaction, request.method === 'NOTIFY' ? 481 : 489);
        return;
      case 'MESSAGE':
        this.core.receiveMessage(transaction);
        return;
      default:
        respond(transaction, 405, [['Allow', this.core.allow]]);
    }
  }

  private receiveInfo(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (request.headers.has('info-package')) {
      // No package was announced, so none may be used (RFC 6086 §4.2.2).
      respond(transaction, 469, [['Recv-Info', '']]);
      return;
    }
    respond(transaction, 200);
    this.hooks.info({ request, contentType: request.contentType, body: request.bodyText });
  }

  private receiveReinvite(transaction: ServerTransaction): void {
    const { request } = transaction;
    const { contacts } = request;
    const offer = sessionDescriptionOf(request);
    const invited = this.invites.peek('receiveInvite');
    // Without an offer the next one is ours to make.
    const offered = this.offers.peek(offer === '' ? 'sendOffer' : 'receiveOffer');
    if (invited !== 'go' || offered !== 'go') {
      const verdict = invited === 'go' ? offered : invited;
      this.refuseCrossing(transaction, verdict === 'busy' ? 'busy' : 'glare');
      return;
    }
    this.invites.fire('receiveInvite');
    this.offers.fire(offer === '' ? 'sendOffer' : 'receiveOffer');
    transaction.respond(createResponse(request, 100));
    const reinvite = this.deliver(transaction, offer, (repeater) => {
      this.invites.fire('sendAccept');
      this.dialog.refreshTarget(contacts);
      this.repeater?.stop();
      this.repeater = repeater;
    });
    transaction.user = {
      localTag: this.dialog.localTag,
      onCancel: () => reinvite.reject(487),
      onAck: (ack) => this.receiveAck(ack),
    };
    this.offerToCall(reinvite);
  }

  private receiveUpdate(transaction: ServerTransaction): void {
    const { request } = transaction;
    const { contacts } = request;
    const offer = sessionDescriptionOf(request);
    if (offer === '') {
      this.dialog.refreshTarget(contacts);
      const headers = [...this.timer.answer(request, false), ...this.core.capabilities];
      respond(transaction, 200, [['Contact', this.contact], ...headers]);
      return;
    }
    const verdict = this.offers.fire('receiveOffer');
    if (verdict !== 'go') {
      this.refuseCrossing(transaction, verdict === 'glare' ? 'glare' : 'busy');
      return;
    }
    const reinvite = this.deliver(transaction, offer, () => this.dialog.refreshTarget(contacts));
    this.offerToCall(reinvite);
  }

  /** An offer of the peer in whatever request; the machines have taken it already. */
  deliver(
    transaction: ServerTransaction,
    offer: string,
    accepted: (repeater: AcceptRepeater | undefined) => void,
    refused: () => void = () => {},
  ): IncomingReinvite {
    const { request } = transaction;
    const { method } = request;
    const reinvite = new IncomingReinvite(this.core, transaction, offer, {
      contact: this.contact,
      acceptHeaders: () => (method === 'PRACK' ? [] : this.timer.answer(request, false)),
      accepted: (body, repeater) => {
        this.localSdp = body;
        if (offer !== '') {
          this.offers.fire('sendAnswer');
          this.remoteSdp = offer;
        }
        if (repeater === undefined) this.reinvite = undefined;
        accepted(repeater);
        this.pump();
      },
      refused: () => {
        this.offers.fire(offer === '' ? 'refused' : 'refuse');
        if (method === 'INVITE') this.invites.fire('sendRefusal');
        this.reinvite = undefined;
        if (this.ended) return;
        refused();
        this.pump();
      },
      unacknowledged: () => void this.lapsed('ack', 'ACK timeout'),
    });
    this.reinvite = reinvite;
    return reinvite;
  }

  /** Hands an offer to the call; when nobody there listens, only a mere refresh is accepted. */
  offerToCall(reinvite: IncomingReinvite): void {
    if (this.hooks.reinvite(reinvite)) return;
    const refresh = reinvite.body !== '' && reinvite.body === this.remoteSdp;
    if (refresh && this.localSdp !== '') reinvite.accept(this.localSdp);
    else reinvite.reject(488);
  }

  private refuseCrossing(transaction: ServerTransaction, verdict: 'glare' | 'busy'): void {
    if (verdict === 'glare') {
      respond(transaction, 491);
      return;
    }
    const seconds = Math.floor(this.core.random() * 11);
    respond(transaction, 500, [['Retry-After', String(seconds)]]);
  }
}
