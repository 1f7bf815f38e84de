import type { TimerHandle } from '../clock.ts';
import { createResponse } from '../message/build.ts';
import type { SipRequest } from '../message/message.ts';
import type { NameAddr } from '../message/name-addr.ts';
import { parseReferTo, type ReferTo } from '../message/refer-to.ts';
import { parseReferredBy } from '../message/referred-by.ts';
import type { Replaces } from '../message/replaces.ts';
import { formatSipfrag, SIPFRAG } from '../message/sipfrag.ts';
import { reasonPhrase } from '../message/status.ts';
import { formatSubscriptionState } from '../message/subscription-state.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { InviteUsage } from './invite-usage.ts';
import { SessionRequestError } from './session-request-error.ts';

/** Round trips a REFER waits for the caller's decision. */
const PATIENCE = 20;
/** Notifications waiting for the one under way. */
const MAX_QUEUED = 8;

interface Notice {
  state: string;
  status: number;
  reason: string;
}

/**
 * A REFER inside a call: the other side asks us to call somebody (RFC 3515). It waits for `accept` or
 * `reject`; left alone it is declined after 20·T1.
 */
export class IncomingRefer {
  readonly request: SipRequest;
  readonly referTo: ReferTo;
  /** The call to be replaced by the new one: an attended transfer. */
  readonly replaces: Replaces | undefined;
  readonly referredBy: NameAddr | undefined;
  /** Whether the other side wants to hear how it goes on (RFC 4488). */
  readonly wantsProgress: boolean;
  /** Value of `id` in the Event header of its notifications. */
  readonly id: string;
  private readonly usage: InviteUsage;
  private readonly transaction: ServerTransaction;
  private readonly settled: () => void;
  private readonly queue: Notice[] = [];
  private sending = false;
  private state: 'waiting' | 'active' | 'over' = 'waiting';
  private limit: TimerHandle;
  private expiresAt = 0;
  private last = { status: 100, reason: 'Trying' };

  /** @throws ParseError when Refer-To or Referred-By cannot be read */
  constructor(usage: InviteUsage, transaction: ServerTransaction, settled: () => void) {
    const { request } = transaction;
    this.usage = usage;
    this.transaction = transaction;
    this.settled = settled;
    this.request = request;
    this.referTo = parseReferTo(request.headers.get('refer-to') ?? '');
    this.replaces = this.referTo.replaces;
    const referredBy = request.headers.get('referred-by');
    this.referredBy = referredBy === undefined ? undefined : parseReferredBy(referredBy);
    const wish = request.headers.get('refer-sub')?.trim().toLowerCase() ?? 'true';
    this.wantsProgress = !wish.startsWith('false');
    this.id = String(request.cseq.seq);
    const { clock, timers } = usage.core;
    this.limit = clock.setTimer(() => this.reject(603), PATIENCE * timers.t1);
  }

  /** True until the last notification is through, or the REFER was refused. */
  get alive(): boolean {
    return this.state !== 'over' || this.sending;
  }

  /** Agrees to call: 202, then a first notification. No effect when decided already. */
  accept(): void {
    if (this.state !== 'waiting') return;
    const { clock, timers } = this.usage.core;
    clock.clearTimer(this.limit);
    this.answer(202, this.wantsProgress ? [] : [['Refer-Sub', 'false']]);
    if (!this.wantsProgress) {
      this.state = 'over';
      this.settled();
      return;
    }
    this.state = 'active';
    // As long as the call it leads to can ring, and a little longer.
    const life = timers.c + 64 * timers.t1;
    this.expiresAt = clock.now() + life;
    this.limit = clock.setTimer(() => this.terminate('timeout'), life);
    this.push({ state: this.activeState(), ...this.last });
  }

  /**
   * Tells how the call goes on. A final status ends the notifications. No effect before `accept` or
   * after the end.
   */
  notify(status: number, reason = reasonPhrase(status)): void {
    if (this.state !== 'active') return;
    this.last = { status, reason };
    if (status >= 200) this.terminate('noresource');
    else this.push({ state: this.activeState(), status, reason });
  }

  /** Declines it. No effect when decided already. */
  reject(status: number, reasonPhrase?: string): void {
    if (this.state !== 'waiting') return;
    this.usage.core.clock.clearTimer(this.limit);
    this.answer(status, [], reasonPhrase);
    this.state = 'over';
    this.settled();
  }

  /** Called by the dialog: the other side refreshes or ends its subscription. */
  resubscribed(expires: number | undefined): number {
    if (expires === 0) this.terminate('timeout');
    else if (this.state === 'active') this.push({ state: this.activeState(), ...this.last });
    return expires === 0 ? 0 : this.secondsLeft();
  }

  /** Called by the dialog: ends without a word. */
  drop(): void {
    this.usage.core.clock.clearTimer(this.limit);
    this.state = 'over';
    this.queue.length = 0;
  }

  private terminate(reason: string): void {
    if (this.state !== 'active') return;
    this.usage.core.clock.clearTimer(this.limit);
    this.state = 'over';
    this.push({ state: formatSubscriptionState({ state: 'terminated', reason }), ...this.last });
  }

  private activeState(): string {
    return formatSubscriptionState({ state: 'active', expires: this.secondsLeft() });
  }

  private secondsLeft(): number {
    return Math.max(0, Math.ceil((this.expiresAt - this.usage.core.clock.now()) / 1_000));
  }

  private push(notice: Notice): void {
    // Only the newest matter; the oldest that waits gives way.
    if (this.queue.length >= MAX_QUEUED) this.queue.shift();
    this.queue.push(notice);
    void this.flush();
  }

  private async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    for (let notice = this.queue.shift(); notice !== undefined; notice = this.queue.shift()) {
      try {
        await this.usage.send('NOTIFY', {
          headers: [
            ['Event', `refer;id=${this.id}`],
            ['Subscription-State', notice.state],
            ['Contact', this.usage.contact],
          ],
          contentType: `${SIPFRAG};version=2.0`,
          body: formatSipfrag(notice.status, notice.reason),
        });
      } catch (error) {
        if (!(error instanceof SessionRequestError)) throw error;
        // Who refuses or does not hear a notification gets no more of them (RFC 6665 §4.2.2).
        this.drop();
      }
    }
    this.sending = false;
    if (this.state === 'over') this.settled();
  }

  private answer(status: number, headers: [string, string][], reasonPhrase?: string): void {
    const options = reasonPhrase === undefined ? {} : { reasonPhrase };
    this.transaction.respond(
      createResponse(this.request, status, {
        headers: [['Contact', this.usage.contact], ...headers],
        ...options,
      }),
    );
  }
}
