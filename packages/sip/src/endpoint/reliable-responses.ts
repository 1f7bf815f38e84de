import type { TimerHandle } from '../clock.ts';
import type { CSeq } from '../message/cseq.ts';
import type { SipResponse } from '../message/message.ts';
import type { RAck } from '../message/rack.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { Core } from './core.ts';

/** Reliable responses that wait for the PRACK to an earlier one. */
const MAX_QUEUED = 8;
/** Numbers start below this, so that they cannot run over (RFC 3262 §3). */
const FIRST_LIMIT = 2 ** 16;

interface Waiting {
  response: SipResponse;
  /** Holds a session description: a 2xx must wait for its PRACK (§3). */
  negotiates: boolean;
}

/**
 * Provisional responses that are repeated until their PRACK comes: after T1, then doubling, for 64·T1
 * at most (RFC 3262 §3). One is under way at a time.
 */
export class ReliableResponses {
  private readonly core: Core;
  private readonly transaction: ServerTransaction;
  /** Of the INVITE. */
  private readonly cseq: CSeq;
  private readonly hooks: { acknowledged(): void; unacknowledged(): void };
  private readonly queue: Waiting[] = [];
  private current: (Waiting & { rseq: number }) | undefined;
  private latest: number;
  private repeat: TimerHandle;
  private limit: TimerHandle;
  private stopped = false;
  /** Acknowledged ones, whose repeated PRACKs are answered as well. */
  private first: number;

  constructor(
    core: Core,
    transaction: ServerTransaction,
    hooks: { acknowledged(): void; unacknowledged(): void },
  ) {
    this.core = core;
    this.transaction = transaction;
    this.cseq = transaction.request.cseq;
    this.hooks = hooks;
    this.latest = Math.floor(core.random() * FIRST_LIMIT);
    this.first = this.latest + 1;
  }

  /** Whether a 2xx has to wait. */
  get holding(): boolean {
    return this.current?.negotiates === true || this.queue.some((each) => each.negotiates);
  }

  /** Queues a response; `RSeq` and `Require` are added. False when too many wait. */
  send(response: SipResponse, negotiates: boolean): boolean {
    if (this.stopped || this.queue.length >= MAX_QUEUED) return false;
    this.queue.push({ response, negotiates });
    this.next();
    return true;
  }

  /**
   * Takes a PRACK.
   *
   * @returns false when it acknowledges nothing of ours and must be answered 481
   */
  acknowledge(rack: RAck): boolean {
    const { seq, method } = this.cseq;
    if (rack.seq !== seq || rack.method !== method) return false;
    if (rack.rseq === this.current?.rseq) {
      this.clear();
      return true;
    }
    return rack.rseq >= this.first && rack.rseq < this.latest;
  }

  /** After a PRACK was answered: the next response, or whatever waits for there being none. */
  proceed(): void {
    this.next();
    if (this.current === undefined && !this.stopped) this.hooks.acknowledged();
  }

  /** A final response was sent; a PRACK on its way is still matched. */
  stop(): void {
    this.stopped = true;
    this.queue.length = 0;
    this.core.clock.clearTimer(this.repeat);
    this.core.clock.clearTimer(this.limit);
  }

  private next(): void {
    if (this.current !== undefined || this.stopped) return;
    const waiting = this.queue.shift();
    if (waiting === undefined) return;
    const rseq = ++this.latest;
    const { response } = waiting;
    response.headers.append('Require', '100rel');
    response.headers.append('RSeq', String(rseq));
    this.current = { ...waiting, rseq };
    const { clock, timers } = this.core;
    // The limit runs first, so that it wins when both fall due at once.
    this.limit = clock.setTimer(() => {
      this.stop();
      this.hooks.unacknowledged();
    }, 64 * timers.t1);
    this.transaction.respond(response);
    this.schedule(response, timers.t1);
  }

  private schedule(response: SipResponse, ms: number): void {
    this.repeat = this.core.clock.setTimer(() => {
      this.transaction.respond(response);
      this.schedule(response, 2 * ms);
    }, ms);
  }

  private clear(): void {
    this.current = undefined;
    this.core.clock.clearTimer(this.repeat);
    this.core.clock.clearTimer(this.limit);
  }
}
