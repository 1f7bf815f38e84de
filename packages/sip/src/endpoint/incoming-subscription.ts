import type { TimerHandle } from '../clock.ts';
import { Dialog } from '../dialog/dialog.ts';
import { newTag } from '../ids.ts';
import { createResponse, encodeBody } from '../message/build.ts';
import { parseDeltaSeconds } from '../message/contact.ts';
import { type EventValue, formatEvent, parseEvent } from '../message/event.ts';
import type { SipRequest } from '../message/message.ts';
import type { NameAddr } from '../message/name-addr.ts';
import { formatSubscriptionState } from '../message/subscription-state.ts';
import { userOf } from '../message/uri.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { Core, DialogUser } from './core.ts';
import { Emitter } from './emitter.ts';
import { Exchange } from './exchange.ts';

export type IncomingSubscriptionEvents = {
  /** The subscriber refreshed it; the latest state has been sent again. */
  refreshed: [expires: number];
  /** Told once: `unsubscribed`, `timeout`, `lost` (it does not take notifications) or our own reason. */
  ended: [reason: string];
};

export interface NotifyContent {
  body?: string;
  contentType?: string;
}

/** Bounds of the subscriptions somebody may have with us. */
export interface SubscriptionBounds {
  /** At a time; above it SUBSCRIBE is answered 503. Default 1,000. */
  max?: number;
  /** Seconds; below it (but for 0) SUBSCRIBE is answered 423. Default 60. */
  minExpires?: number;
  /** Seconds granted at most. Default 3,600. */
  maxExpires?: number;
}

interface Notice extends NotifyContent {
  state: string;
}

/** Round trips a SUBSCRIBE waits for a decision. */
const PATIENCE = 20;
/** Notifications waiting for the one under way; a subscriber slower than that is let go. */
const MAX_QUEUED = 32;
const RETRY_SLOW_SUBSCRIBER_S = 5;

/**
 * Somebody's subscription with us (RFC 6665 §4.2). It waits for `accept` or `reject`; left alone it is
 * refused with 480 after 20·T1.
 */
export class IncomingSubscription
  extends Emitter<IncomingSubscriptionEvents>
  implements DialogUser
{
  readonly request: SipRequest;
  readonly event: EventValue;
  readonly from: NameAddr;
  readonly to: NameAddr;
  /** Seconds asked for, cut to the bounds. */
  readonly expires: number;
  private readonly core: Core;
  private readonly transaction: ServerTransaction;
  private readonly bounds: Required<SubscriptionBounds>;
  private readonly contact: string;
  private readonly dialog: Dialog;
  private readonly queue: Notice[] = [];
  private exchange: Exchange | undefined;
  private current: 'waiting' | 'pending' | 'active' | 'terminated' = 'waiting';
  private latest: NotifyContent = {};
  private endsAt = 0;
  private timer: TimerHandle;

  /** @throws ParseError when the request has no usable Event or Contact */
  constructor(core: Core, transaction: ServerTransaction, bounds: Required<SubscriptionBounds>) {
    super();
    const { request } = transaction;
    this.core = core;
    this.transaction = transaction;
    this.bounds = bounds;
    this.request = request;
    this.event = parseEvent(request.headers.get('event') ?? '');
    this.from = request.from;
    this.to = request.to;
    this.expires = this.grant(request);
    this.contact = core.contact(userOf(request.requestUri), transaction.peer);
    this.dialog = Dialog.fromRequest(request, newTag());
    this.dialog.confirm();
    core.dialogs.set(this.dialog.key, this);
    this.timer = core.clock.setTimer(() => this.reject(480), PATIENCE * core.timers.t1);
  }

  get state(): 'waiting' | 'pending' | 'active' | 'terminated' {
    return this.current;
  }

  /**
   * Takes it: 200, and the first notification at once. No effect when decided already.
   *
   * @param options `pending` while nobody has allowed it yet
   */
  accept(options: NotifyContent & { state?: 'active' | 'pending' } = {}): void {
    if (this.current !== 'waiting') return;
    const { state = 'active', ...content } = options;
    this.current = state;
    this.respond(this.transaction, 200, this.expires);
    this.latest = content;
    this.granted(this.expires);
  }

  /** Refuses it. No effect when decided already. */
  reject(status: number, headers: readonly (readonly [name: string, value: string])[] = []): void {
    if (this.current !== 'waiting') return;
    const toTag = this.dialog.localTag;
    this.transaction.respond(createResponse(this.request, status, { toTag, headers }));
    this.end('rejected');
  }

  /** Tells the state. No effect before `accept` and after the end. */
  notify(content: NotifyContent, state: 'active' | 'pending' = 'active'): void {
    if (this.current !== 'active' && this.current !== 'pending') return;
    this.current = state;
    this.latest = content;
    this.push({ state: this.stateValue(), ...content });
  }

  /**
   * Ends it.
   *
   * @param reason such as `deactivated`, `noresource`, `rejected`, `giveup`, `probation`
   * @param retryAfter seconds
   */
  terminate(reason: string, retryAfter?: number): void {
    if (this.current !== 'active' && this.current !== 'pending') return;
    const value = { state: 'terminated', reason };
    const state = formatSubscriptionState(
      retryAfter === undefined ? value : { ...value, retryAfter },
    );
    this.push({ state, ...this.latest });
    this.end(reason, true);
  }

  /** Takes a request inside the subscription. */
  receive(transaction: ServerTransaction): void {
    const { request } = transaction;
    const plain = (status: number, headers: [string, string][] = []) =>
      transaction.respond(createResponse(request, status, { headers }));
    if (!this.dialog.acceptSequence(request.cseq.seq)) {
      plain(500);
      return;
    }
    if (request.method !== 'SUBSCRIBE') {
      plain(request.method === 'OPTIONS' ? 200 : 405, [['Allow', this.core.allow]]);
      return;
    }
    if (this.current === 'waiting' || this.current === 'terminated') {
      plain(481);
      return;
    }
    const expires = this.grant(request);
    if (expires > 0 && expires < this.bounds.minExpires) {
      plain(423, [['Min-Expires', String(this.bounds.minExpires)]]);
      return;
    }
    this.dialog.refreshTarget(request.contacts);
    this.respond(transaction, 200, expires);
    this.granted(expires);
    if (expires > 0) this.emit('refreshed', expires);
  }

  receiveAck(): void {}

  drop(): void {
    this.exchange?.stop();
    this.queue.length = 0;
    this.end('lost');
  }

  private grant(request: SipRequest): number {
    const asked = parseDeltaSeconds(request.headers.get('expires')) ?? this.bounds.maxExpires;
    return Math.min(asked, this.bounds.maxExpires);
  }

  private granted(seconds: number): void {
    const { clock } = this.core;
    clock.clearTimer(this.timer);
    this.endsAt = clock.now() + seconds * 1_000;
    if (seconds === 0) {
      this.push({ state: 'terminated;reason=timeout', ...this.latest });
      this.end('unsubscribed', true);
      return;
    }
    this.timer = clock.setTimer(() => this.terminate('timeout'), seconds * 1_000);
    this.push({ state: this.stateValue(), ...this.latest });
  }

  private stateValue(): string {
    const expires = Math.max(0, Math.ceil((this.endsAt - this.core.clock.now()) / 1_000));
    return formatSubscriptionState({ state: this.current, expires });
  }

  private respond(transaction: ServerTransaction, status: number, expires: number): void {
    const { request } = transaction;
    const routes = request.headers
      .elements('record-route')
      .map((route): [string, string] => ['Record-Route', route]);
    transaction.respond(
      createResponse(request, status, {
        toTag: this.dialog.localTag,
        headers: [...routes, ['Contact', this.contact], ['Expires', String(expires)]],
      }),
    );
  }

  private push(notice: Notice): void {
    if (this.queue.length >= MAX_QUEUED) {
      this.queue.length = 0;
      const state = { state: 'terminated', reason: 'probation' };
      const retryAfter = RETRY_SLOW_SUBSCRIBER_S;
      this.queue.push({ state: formatSubscriptionState({ ...state, retryAfter }) });
      this.end('lost', true);
      return;
    }
    this.queue.push(notice);
    this.flush();
  }

  /** Sends the next notification; one at a time, so that none overtakes another. */
  private flush(): void {
    if (this.exchange !== undefined) return;
    const notice = this.queue.shift();
    if (notice === undefined) {
      if (this.current === 'terminated') this.core.dialogs.delete(this.dialog.key);
      return;
    }
    const { core, dialog } = this;
    const request = dialog.request('NOTIFY', core.viaPrefix);
    request.headers.append('User-Agent', core.userAgent);
    request.headers.append('Contact', this.contact);
    request.headers.append('Event', formatEvent(this.event));
    request.headers.append('Subscription-State', notice.state);
    if (notice.body !== undefined && notice.body !== '') {
      request.headers.append('Content-Type', notice.contentType ?? 'text/plain');
      request.body = encodeBody(notice.body);
    }
    const done = (lost: boolean) => {
      this.exchange = undefined;
      if (lost) {
        this.queue.length = 0;
        this.end('lost');
      }
      this.flush();
    };
    this.exchange = new Exchange(core, request, undefined, () => dialog.nextSequence(), {
      // Any refusal ends the subscription but those that say to come again (§4.2.2).
      onFinal: (response) =>
        done(response.statusCode >= 300 && !response.headers.has('retry-after')),
      onFailure: () => done(true),
    });
    this.exchange.start();
  }

  private end(reason: string, notifying = false): void {
    if (this.current === 'terminated') return;
    this.current = 'terminated';
    this.core.clock.clearTimer(this.timer);
    if (!notifying) this.core.dialogs.delete(this.dialog.key);
    this.emit('ended', reason);
  }
}
