import type { TimerHandle } from '../clock.ts';
import { newTag } from '../ids.ts';
import { createResponse } from '../message/build.ts';
import type { SipRequest } from '../message/message.ts';
import type { NameAddr } from '../message/name-addr.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { SocketAddress } from '../transport/transport.ts';
import type { Core } from './core.ts';

/** Round trips a MESSAGE waits for a decision. */
const PATIENCE = 20;

/**
 * A MESSAGE to us (RFC 3428), inside a call or not. It waits for `accept` or `reject`; left alone it
 * is answered 480 after 20·T1.
 */
export class IncomingMessage {
  readonly request: SipRequest;
  readonly remote: SocketAddress;
  readonly from: NameAddr;
  readonly to: NameAddr;
  /** Lower case, without parameters. */
  readonly contentType: string;
  readonly body: string;
  private readonly core: Core;
  private readonly transaction: ServerTransaction;
  private readonly patience: TimerHandle;

  constructor(core: Core, transaction: ServerTransaction) {
    const { request } = transaction;
    this.core = core;
    this.transaction = transaction;
    this.request = request;
    this.remote = transaction.source;
    this.from = request.from;
    this.to = request.to;
    this.contentType = request.contentType;
    this.body = request.bodyText;
    this.patience = core.clock.setTimer(() => this.reject(480), PATIENCE * core.timers.t1);
  }

  /** Takes it: 200 when it was delivered, 202 when it is kept for later. No effect when answered. */
  accept(status: 200 | 202 = 200): void {
    this.answer(status, []);
  }

  /** Refuses it with a 3xx to 6xx. No effect when answered already. */
  reject(status: number, headers: readonly (readonly [name: string, value: string])[] = []): void {
    this.answer(status, headers);
  }

  private answer(
    status: number,
    headers: readonly (readonly [name: string, value: string])[],
  ): void {
    if (this.transaction.answered) return;
    this.core.clock.clearTimer(this.patience);
    this.transaction.respond(createResponse(this.request, status, { toTag: newTag(), headers }));
  }
}
