import type { TimerHandle } from '../clock.ts';
import type { SipResponse } from '../message/message.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { Core } from './core.ts';

/**
 * Sends a 2xx to an INVITE until its ACK comes: after T1, then doubling up to T2, for 64·T1 at most
 * (RFC 3261 §13.3.1.4).
 */
export class AcceptRepeater {
  /** CSeq number the ACK will carry. */
  readonly seq: number;
  private readonly core: Core;
  private readonly transaction: ServerTransaction;
  private readonly response: SipResponse;
  private readonly onTimeout: () => void;
  private repeat: TimerHandle;
  private limit: TimerHandle;

  constructor(
    core: Core,
    transaction: ServerTransaction,
    response: SipResponse,
    onTimeout: () => void,
  ) {
    this.core = core;
    this.transaction = transaction;
    this.response = response;
    this.onTimeout = onTimeout;
    this.seq = transaction.request.cseq.seq;
    // The limit runs first, so that it wins when both fall due at once.
    this.limit = core.clock.setTimer(() => this.expire(), 64 * core.timers.t1);
    transaction.respond(response);
    this.schedule(core.timers.t1);
  }

  /** The ACK came, or the call ended otherwise. */
  stop(): void {
    this.core.clock.clearTimer(this.repeat);
    this.core.clock.clearTimer(this.limit);
  }

  private schedule(ms: number): void {
    this.repeat = this.core.clock.setTimer(() => {
      this.transaction.respond(this.response);
      this.schedule(Math.min(2 * ms, this.core.timers.t2));
    }, ms);
  }

  private expire(): void {
    this.stop();
    this.onTimeout();
  }
}
