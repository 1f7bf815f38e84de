import type { TimerHandle } from '../clock.ts';
import { createResponse } from '../message/build.ts';
import type { SipRequest } from '../message/message.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import { AcceptRepeater } from './accept-repeater.ts';
import type { Core } from './core.ts';

/** An INFO inside a call; it has been answered 200 already. */
export interface IncomingInfo {
  readonly request: SipRequest;
  readonly contentType: string;
  readonly body: string;
}

/** How many round trips a request other than INVITE waits for the caller's decision. */
const UPDATE_PATIENCE = 20;

/**
 * An offer inside a call, by re-INVITE, UPDATE (RFC 3311) or PRACK (RFC 3262 §5). It waits for
 * `accept` or `reject`; left alone an UPDATE or PRACK is refused after 20·T1, a re-INVITE after timer
 * C.
 */
export class IncomingReinvite {
  readonly method: 'INVITE' | 'UPDATE' | 'PRACK';
  readonly request: SipRequest;
  /** The offer; `''` when the peer wants one from us, which only a re-INVITE can. */
  readonly body: string;
  private readonly core: Core;
  private readonly transaction: ServerTransaction;
  private readonly hooks: ReinviteHooks;
  private readonly patience: TimerHandle;
  private ackHandler: ((ack: SipRequest) => void) | undefined;

  constructor(core: Core, transaction: ServerTransaction, body: string, hooks: ReinviteHooks) {
    const { request } = transaction;
    this.core = core;
    this.transaction = transaction;
    this.hooks = hooks;
    this.request = request;
    this.body = body;
    const { method } = request;
    this.method = method === 'UPDATE' || method === 'PRACK' ? method : 'INVITE';
    const { c, t1 } = core.timers;
    const limit = this.method === 'INVITE' ? c : UPDATE_PATIENCE * t1;
    this.patience = core.clock.setTimer(() => this.reject(500), limit);
  }

  /** Hears the ACK to our 200: it holds the answer when the re-INVITE asked us to offer (§14.2). */
  onAck(handler: (ack: SipRequest) => void): void {
    this.ackHandler = handler;
  }

  /** Called by the dialog when the ACK comes. */
  acknowledge(ack: SipRequest): void {
    this.ackHandler?.(ack);
    this.ackHandler = undefined;
  }

  /** True once it was accepted, rejected or cancelled. */
  get answered(): boolean {
    return this.transaction.answered;
  }

  /**
   * Answers 200 with an SDP body; that to an INVITE is repeated until the ACK comes. No effect when
   * answered already.
   */
  accept(body: string): void {
    if (this.answered) return;
    this.core.clock.clearTimer(this.patience);
    const headers: [string, string][] = [
      ['Contact', this.hooks.contact],
      ['Allow', this.core.allow],
      ...this.hooks.acceptHeaders(),
    ];
    const response = createResponse(this.request, 200, { headers, body });
    if (this.method !== 'INVITE') {
      this.transaction.respond(response);
      this.hooks.accepted(body, undefined);
      return;
    }
    const expired = () => this.hooks.unacknowledged();
    this.hooks.accepted(body, new AcceptRepeater(this.core, this.transaction, response, expired));
  }

  /** Refuses it; the call goes on as it was. No effect when answered already. */
  reject(
    status: number,
    reasonPhrase?: string,
    headers: readonly (readonly [name: string, value: string])[] = [],
  ): void {
    if (this.answered) return;
    this.core.clock.clearTimer(this.patience);
    const options = reasonPhrase === undefined ? { headers } : { headers, reasonPhrase };
    this.transaction.respond(createResponse(this.request, status, options));
    this.hooks.refused();
  }
}

export interface ReinviteHooks {
  contact: string;
  /** Headers of the 2xx beside Contact and Allow. */
  acceptHeaders(): [name: string, value: string][];
  /** @param repeater only for INVITE */
  accepted(body: string, repeater: AcceptRepeater | undefined): void;
  refused(): void;
  /** No ACK came for the 200: the call has to be ended (§14.2). */
  unacknowledged(): void;
}
