import type { TimerHandle } from '../clock.ts';
import { Dialog } from '../dialog/dialog.ts';
import type { DigestClient } from '../digest/client.ts';
import { newCallId } from '../ids.ts';
import { createResponse, encodeBody } from '../message/build.ts';
import { parseDeltaSeconds } from '../message/contact.ts';
import { type EventValue, parseEvent } from '../message/event.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { tagOf } from '../message/name-addr.ts';
import { ParseError } from '../message/parse-error.ts';
import { parseRetryAfter } from '../message/retry-after.ts';
import { parseSubscriptionState, type SubscriptionState } from '../message/subscription-state.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { Core, DialogUser, PendingDialog } from './core.ts';
import { Emitter } from './emitter.ts';
import { Exchange } from './exchange.ts';
import { createRequest, type OutOfDialogOptions } from './out-of-dialog.ts';

export interface SubscribeOptions extends OutOfDialogOptions {
  contactUser: string;
  /** Event package, such as `dialog` or `message-summary`; `dialog;id=7` is understood. */
  event: string;
  /** Seconds; default 3,600. 0 fetches the state once. */
  expires?: number;
  /** Media types the notifications may have. */
  accept?: readonly string[];
}

export interface Notification {
  readonly request: SipRequest;
  readonly state: SubscriptionState;
  /** Lower case, without parameters. */
  readonly contentType: string;
  readonly body: string;
}

export interface SubscriptionEnd {
  /**
   * The notifier's reason (`deactivated`, `probation`, `rejected`, `timeout`, `giveup`, `noresource`,
   * `invariant`, an extension, or `''`); `refused` with `status` when the SUBSCRIBE was refused; `lost`
   * when the notifier does not answer or does not know the subscription any more; `unsubscribed`.
   */
  reason: string;
  status?: number;
  /** Whether and when to subscribe anew (RFC 6665 §4.1.3). */
  retry: 'now' | 'later' | 'never';
  /** Seconds to wait when `retry` is `later` and the notifier said so. */
  retryAfter?: number;
}

export type SubscriptionEvents = {
  notify: [notification: Notification];
  /** Told once. */
  ended: [end: SubscriptionEnd];
};

const DEFAULT_EXPIRES_S = 3_600;
/** Shortest interval between two refreshes of ours, in ms. */
const SHORTEST_REFRESH_MS = 5_000;
const RETRY: { readonly [reason: string]: SubscriptionEnd['retry'] } = {
  deactivated: 'now',
  timeout: 'now',
  probation: 'later',
  giveup: 'later',
  rejected: 'never',
  noresource: 'never',
  invariant: 'never',
};

/**
 * A subscription of ours (RFC 6665 §4.1). The first NOTIFY makes its dialog, even when it comes before
 * the 200; those of further notifiers, behind a forking proxy, are refused with 481 (§4.4.1).
 */
export class Subscription extends Emitter<SubscriptionEvents> implements DialogUser, PendingDialog {
  readonly callId = newCallId();
  readonly event: EventValue;
  private readonly core: Core;
  private readonly options: SubscribeOptions;
  private readonly digest: DigestClient | undefined;
  private readonly pendingKey: string;
  private dialog: Dialog | undefined;
  private current: 'subscribing' | 'pending' | 'active' | 'terminated' = 'subscribing';
  private exchange: Exchange | undefined;
  private sequence = 1;
  private expires: number;
  private leaving = false;
  private refreshTimer: TimerHandle;
  private expiryTimer: TimerHandle;

  /** @throws ParseError or TypeError when an address, the event or a header is malformed */
  constructor(core: Core, options: SubscribeOptions) {
    super();
    this.core = core;
    this.options = options;
    this.event = parseEvent(options.event);
    this.expires = options.expires ?? DEFAULT_EXPIRES_S;
    this.digest = core.digest(options.credentials);
    const request = createRequest(core, 'SUBSCRIBE', options, this.callId);
    this.complete(request, this.expires);
    this.pendingKey = `${this.callId} ${tagOf(request.from)}`;
    core.pending.set(this.pendingKey, this);
    // After the caller has had the chance to add its handlers.
    queueMicrotask(() => {
      if (this.current !== 'terminated') this.send(request, options.outboundProxy);
    });
  }

  get state(): 'subscribing' | 'pending' | 'active' | 'terminated' {
    return this.current;
  }

  /** Ends it; `ended` follows when the notifier has confirmed it or does not answer. */
  unsubscribe(): void {
    if (this.leaving || this.current === 'terminated') return;
    this.leaving = true;
    const { dialog, core } = this;
    this.stopTimers();
    // Whatever is still on its way: this long at most.
    this.expiryTimer = core.clock.setTimer(() => this.end(LEFT), 2 * 64 * core.timers.t1);
    if (dialog !== undefined && this.exchange === undefined) this.resubscribe(0);
  }

  /** Takes a request of the notifier, in the dialog or before there is one. */
  receive(transaction: ServerTransaction): void {
    const { request } = transaction;
    try {
      if (request.method !== 'NOTIFY') {
        answer(transaction, 405, [['Allow', this.core.allow]]);
        return;
      }
      const event = parseEvent(request.headers.get('event') ?? '');
      const state = parseSubscriptionState(request.headers.get('subscription-state') ?? '');
      if (event.type !== this.event.type || event.id !== this.event.id) {
        answer(transaction, 489);
        return;
      }
      if (!this.adopt(request)) {
        answer(transaction, 481);
        return;
      }
      answer(transaction, 200);
      this.onNotify(request, state);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      answer(transaction, error.status);
    }
  }

  receiveAck(): void {}

  drop(): void {
    this.end({ reason: 'lost', retry: 'never' });
  }

  /** The dialog of the first notifier; false for any other, and for requests out of order. */
  private adopt(request: SipRequest): boolean {
    if (this.dialog === undefined) {
      this.dialog = Dialog.fromNotify(request, this.sequence);
      this.core.dialogs.set(this.dialog.key, this);
      return true;
    }
    if (tagOf(request.from) !== this.dialog.remoteTag) return false;
    if (!this.dialog.acceptSequence(request.cseq.seq)) {
      throw new ParseError('header-value', 'CSeq out of order', 500);
    }
    this.dialog.refreshTarget(request.contacts);
    return true;
  }

  private onNotify(request: SipRequest, state: SubscriptionState): void {
    if (this.current === 'terminated') return;
    if (state.state !== 'terminated') {
      this.current = state.state === 'pending' ? 'pending' : 'active';
      if (!this.leaving) this.arm(state.expires ?? this.expires);
    }
    const { contentType, bodyText: body } = request;
    this.emit('notify', { request, state, contentType, body });
    if (state.state !== 'terminated') {
      if (this.leaving && this.exchange === undefined) this.resubscribe(0);
      return;
    }
    if (this.leaving) {
      this.end(LEFT);
      return;
    }
    const { reason, retryAfter } = state;
    // Without a reason, or one that is not known, subscribing anew is allowed (§4.1.3).
    const retry = RETRY[reason] ?? (retryAfter === undefined ? 'now' : 'later');
    this.end({ reason, retry, ...(retryAfter === undefined ? {} : { retryAfter }) });
  }

  private complete(request: SipRequest, expires: number): void {
    const { options, core } = this;
    request.headers.append('Contact', core.contact(options.contactUser));
    request.headers.append('Event', options.event);
    request.headers.append('Expires', String(expires));
    for (const line of core.capabilities) request.headers.add(line);
    if (options.accept !== undefined) request.headers.append('Accept', options.accept.join(', '));
  }

  private resubscribe(expires: number): void {
    const { dialog, core, options } = this;
    if (dialog === undefined) return;
    const request = dialog.request('SUBSCRIBE', core.viaPrefix);
    request.headers.add(core.userAgentLine);
    for (const [name, value] of options.headers ?? []) request.headers.append(name, value);
    this.complete(request, expires);
    if (options.body !== undefined && options.body !== '') {
      request.headers.append('Content-Type', options.contentType ?? 'text/plain');
      request.body = encodeBody(options.body);
    }
    this.send(request, undefined);
  }

  private send(request: SipRequest, via: OutOfDialogOptions['outboundProxy']): void {
    const next = () => {
      this.sequence = this.dialog?.nextSequence() ?? this.sequence + 1;
      return this.sequence;
    };
    this.exchange = new Exchange(this.core, request, this.digest, next, {
      onFinal: (response, sent) => this.onFinal(response, sent),
      onFailure: () => {
        this.exchange = undefined;
        // A refresh that got lost leaves the subscription alone until it expires.
        if (this.dialog === undefined || this.leaving) this.end({ reason: 'lost', retry: 'later' });
      },
      amend: () => false,
    });
    this.exchange.start(via);
  }

  private onFinal(response: SipResponse, sent: SipRequest): void {
    this.exchange = undefined;
    if (this.current === 'terminated') return;
    const { statusCode, headers } = response;
    if (statusCode < 300) {
      this.onAccepted(response, sent);
      return;
    }
    const least = parseDeltaSeconds(headers.get('min-expires'));
    if (statusCode === 423 && least !== undefined && least > this.expires) {
      this.expires = least;
      this.again(sent);
      return;
    }
    if (this.leaving) {
      this.end(LEFT);
      return;
    }
    if (statusCode === 481) {
      this.end({ reason: 'lost', retry: 'now' });
      return;
    }
    // A refused refresh does not end what was granted before (§4.1.2.2).
    if (this.dialog !== undefined && this.current !== 'subscribing') return;
    const retryAfter = parseRetryAfter(headers.get('retry-after'));
    const retry = retryAfter === undefined ? 'never' : 'later';
    const later = retryAfter === undefined ? {} : { retryAfter };
    this.end({ reason: 'refused', status: statusCode, retry, ...later });
  }

  private onAccepted(response: SipResponse, sent: SipRequest): void {
    const granted = parseDeltaSeconds(response.headers.get('expires'));
    const asked = parseDeltaSeconds(sent.headers.get('expires')) ?? this.expires;
    if (this.leaving && asked > 0) {
      if (this.dialog !== undefined) this.resubscribe(0);
      return;
    }
    if (this.leaving) return;
    if (this.current === 'subscribing') {
      // Timer N: the notifier has to tell the state at once (§4.1.2.4).
      this.core.clock.clearTimer(this.expiryTimer);
      this.expiryTimer = this.core.clock.setTimer(
        () => this.end({ reason: 'lost', retry: 'later' }),
        64 * this.core.timers.t1,
      );
      return;
    }
    this.arm(granted ?? asked);
  }

  /** The first SUBSCRIBE once more, with the interval the notifier wants. */
  private again(sent: SipRequest): void {
    if (this.dialog !== undefined) {
      this.resubscribe(this.expires);
      return;
    }
    const request = sent.clone();
    this.sequence += 1;
    request.headers.set('Via', this.core.newVia());
    request.headers.set('CSeq', `${this.sequence} SUBSCRIBE`);
    request.headers.set('Expires', String(this.expires));
    this.send(request, this.options.outboundProxy);
  }

  private arm(seconds: number): void {
    this.stopTimers();
    const { clock } = this.core;
    const ms = seconds * 1_000;
    this.expiryTimer = clock.setTimer(() => this.end({ reason: 'lost', retry: 'now' }), ms);
    const lead = Math.min(60_000, ms / 4);
    this.refreshTimer = clock.setTimer(
      () => {
        if (this.exchange === undefined) this.resubscribe(this.expires);
      },
      Math.max(ms - lead, SHORTEST_REFRESH_MS),
    );
  }

  private stopTimers(): void {
    this.core.clock.clearTimer(this.refreshTimer);
    this.core.clock.clearTimer(this.expiryTimer);
  }

  private end(end: SubscriptionEnd): void {
    if (this.current === 'terminated') return;
    this.current = 'terminated';
    this.stopTimers();
    this.exchange?.stop();
    this.core.pending.delete(this.pendingKey);
    if (this.dialog !== undefined) this.core.dialogs.delete(this.dialog.key);
    this.emit('ended', end);
  }
}

const LEFT: SubscriptionEnd = { reason: 'unsubscribed', retry: 'never' };

function answer(
  transaction: ServerTransaction,
  status: number,
  headers: [name: string, value: string][] = [],
): void {
  if (transaction.answered) return;
  transaction.respond(createResponse(transaction.request, status, { headers }));
}
