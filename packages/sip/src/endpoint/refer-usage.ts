import type { TimerHandle } from '../clock.ts';
import { parseDeltaSeconds } from '../message/contact.ts';
import { parseEvent } from '../message/event.ts';
import type { HeaderField } from '../message/headers.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { ParseError } from '../message/parse-error.ts';
import { formatReferTo } from '../message/refer-to.ts';
import { formatReferredBy } from '../message/referred-by.ts';
import { parseSipfrag, SIPFRAG } from '../message/sipfrag.ts';
import { reasonPhrase } from '../message/status.ts';
import { parseSubscriptionState } from '../message/subscription-state.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import { Exchange } from './exchange.ts';
import { IncomingRefer } from './incoming-refer.ts';
import type { InviteUsage } from './invite-usage.ts';
import { type ReferOptions, Referral, refusedReferral } from './referral.ts';
import { respond } from './respond.ts';
import { SessionRequestError } from './session-request-error.ts';

/** Transfers under way in one call, each direction. */
const MAX_REFERRALS = 8;

/** A transfer of ours and the subscription that tells of it. */
interface Entry {
  referral: Referral;
  /** CSeq numbers of its REFER: that of the first try and those of repeats with credentials. */
  ids: Set<string>;
  limit: TimerHandle;
}

/** REFER inside a call, both directions, with the subscriptions they make (RFC 3515). */
export class ReferUsage {
  private readonly usage: InviteUsage;
  private readonly offered: (refer: IncomingRefer) => boolean;
  private readonly sent: Entry[] = [];
  private readonly received = new Set<IncomingRefer>();

  constructor(usage: InviteUsage, offered: (refer: IncomingRefer) => boolean) {
    this.usage = usage;
    this.offered = offered;
  }

  /** Whether the dialog is still needed. */
  get alive(): boolean {
    return this.sent.length > 0 || this.received.size > 0;
  }

  /** Sends a REFER. */
  send(options: ReferOptions): Referral {
    const { usage } = this;
    if (this.sent.length >= MAX_REFERRALS) {
      return refusedReferral(new SessionRequestError(500, 'Too many transfers'));
    }
    let request: SipRequest;
    try {
      request = usage.newRequest('REFER', headersOf(options, usage));
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return refusedReferral(new SessionRequestError(400, error.message));
    }
    const ids = new Set([String(request.cseq.seq)]);
    const accepted = this.exchange(request, ids);
    const entry: Entry = { referral: new Referral(accepted), ids, limit: undefined };
    this.sent.push(entry);
    accepted.then(
      (response) => this.onAccepted(entry, response),
      () => this.remove(entry),
    );
    return entry.referral;
  }

  /** Takes a request that belongs here; false when it does not. */
  receive(transaction: ServerTransaction): boolean {
    const { method } = transaction.request;
    if (method !== 'REFER' && method !== 'NOTIFY' && method !== 'SUBSCRIBE') return false;
    try {
      if (method === 'REFER') return this.onRefer(transaction);
      const event = parseEvent(transaction.request.headers.get('event') ?? '');
      if (event.type !== 'refer') return false;
      return method === 'NOTIFY'
        ? this.onNotify(transaction, event.id)
        : this.onSubscribe(transaction, event.id);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      respond(transaction, error.status, [], error.message);
      return true;
    }
  }

  /** The endpoint closes. */
  drop(): void {
    for (const entry of [...this.sent]) {
      this.usage.core.clock.clearTimer(entry.limit);
      entry.referral.finish({ status: 503, reason: reasonPhrase(503) });
    }
    for (const refer of this.received) refer.drop();
    this.sent.length = 0;
    this.received.clear();
  }

  private exchange(request: SipRequest, ids: Set<string>): Promise<SipResponse> {
    const { usage } = this;
    const next = () => {
      const seq = usage.dialog.nextSequence();
      ids.add(String(seq));
      return seq;
    };
    return new Promise((resolve, reject) => {
      new Exchange(usage.core, request, usage.digest, next, {
        onFinal: (response) => {
          if (response.statusCode < 300) return resolve(response);
          reject(SessionRequestError.of(response));
          if (response.statusCode === 481) usage.lost('timeout');
        },
        onFailure: (cause) => reject(new SessionRequestError(cause === 'timeout' ? 408 : 503)),
      }).start();
    });
  }

  private onAccepted(entry: Entry, response: SipResponse): void {
    if (response.headers.get('refer-sub')?.trim().toLowerCase().startsWith('false') === true) {
      entry.referral.finish({ status: response.statusCode, reason: response.reasonPhrase });
      this.remove(entry);
      return;
    }
    // The first notification may have come before the 202.
    if (entry.limit === undefined && this.sent.includes(entry)) {
      this.arm(entry, 64 * this.usage.core.timers.t1);
    }
  }

  private onNotify(transaction: ServerTransaction, id: string): boolean {
    const entry = id === '' ? this.sent[0] : this.sent.find(({ ids }) => ids.has(id));
    if (entry === undefined) return false;
    const { request } = transaction;
    const state = parseSubscriptionState(request.headers.get('subscription-state') ?? '');
    respond(transaction, 200);
    const { timers } = this.usage.core;
    const longest = timers.c + 64 * timers.t1;
    this.arm(entry, Math.min((state.expires ?? 60) * 1_000, longest));
    const told = request.contentType === SIPFRAG ? parseSipfrag(request.bodyText) : undefined;
    if (told !== undefined) entry.referral.tell(told.status, told.reason);
    if (state.state === 'terminated') {
      this.remove(entry);
      const { latest } = entry.referral;
      // Ended without a final status: what became of the call is not known.
      entry.referral.finish({ status: 408, reason: state.reason || (latest?.reason ?? '') });
    }
    return true;
  }

  private onRefer(transaction: ServerTransaction): boolean {
    if (this.usage.over) return false;
    if (this.received.size >= MAX_REFERRALS) {
      respond(transaction, 503, [['Retry-After', '10']]);
      return true;
    }
    const refer = new IncomingRefer(this.usage, transaction, () => {
      this.received.delete(refer);
      this.usage.release();
    });
    this.received.add(refer);
    if (!this.offered(refer)) refer.reject(603);
    return true;
  }

  private onSubscribe(transaction: ServerTransaction, id: string): boolean {
    const refer = [...this.received].find((each) => id === '' || each.id === id);
    if (refer === undefined) return false;
    const expires = parseDeltaSeconds(transaction.request.headers.get('expires'));
    const contact: [string, string] = ['Contact', this.usage.contact];
    respond(transaction, 200, [['Expires', String(refer.resubscribed(expires))], contact]);
    return true;
  }

  private arm(entry: Entry, ms: number): void {
    const { clock } = this.usage.core;
    clock.clearTimer(entry.limit);
    entry.limit = clock.setTimer(() => {
      this.remove(entry);
      entry.referral.finish({ status: 408, reason: reasonPhrase(408) });
    }, ms);
  }

  private remove(entry: Entry): void {
    const at = this.sent.indexOf(entry);
    if (at >= 0) this.sent.splice(at, 1);
    this.usage.core.clock.clearTimer(entry.limit);
    this.usage.release();
  }
}

function headersOf(options: ReferOptions, usage: InviteUsage): HeaderField[] {
  const headers: HeaderField[] = [
    ['Contact', usage.contact],
    ...usage.core.capabilities,
    ['Refer-To', formatReferTo(options.referTo, options.replaces)],
  ];
  if (options.referredBy !== undefined) {
    headers.push(['Referred-By', formatReferredBy(options.referredBy)]);
  }
  if (options.noSubscription === true) headers.push(['Refer-Sub', 'false']);
  for (const [name, value] of options.headers ?? []) headers.push([name, value]);
  return headers;
}
