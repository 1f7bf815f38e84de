import { createResponse } from '../message/build.ts';
import type { SipRequest } from '../message/message.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import { AcceptRepeater } from './accept-repeater.ts';
import { ALLOW, type Core } from './core.ts';

/** An INFO inside a call; it has been answered 200 already. */
export interface IncomingInfo {
  readonly request: SipRequest;
  readonly contentType: string;
  readonly body: string;
}

/** A re-INVITE inside a call. It waits for `accept` or `reject`; 100 has been sent. */
export class IncomingReinvite {
  readonly request: SipRequest;
  /** The offer; `''` when the peer wants one from us. */
  readonly body: string;
  private readonly core: Core;
  private readonly transaction: ServerTransaction;
  private readonly contact: string;
  private readonly hooks: ReinviteHooks;
  private ackHandler: ((ack: SipRequest) => void) | undefined;

  constructor(core: Core, transaction: ServerTransaction, contact: string, hooks: ReinviteHooks) {
    this.core = core;
    this.transaction = transaction;
    this.contact = contact;
    this.hooks = hooks;
    this.request = transaction.request;
    this.body = this.request.bodyText;
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

  /** Answers 200 with an SDP body, repeated until the ACK comes; no effect when answered already. */
  accept(body: string): void {
    if (this.answered) return;
    const headers: [string, string][] = [
      ['Contact', this.contact],
      ['Allow', ALLOW],
    ];
    const response = createResponse(this.request, 200, { headers, body });
    this.hooks.accepted(
      new AcceptRepeater(this.core, this.transaction, response, () => this.hooks.unacknowledged()),
    );
  }

  /** Refuses it; the call goes on as it was. No effect when answered already. */
  reject(status: number, reasonPhrase?: string): void {
    if (this.answered) return;
    const options = reasonPhrase === undefined ? {} : { reasonPhrase };
    this.transaction.respond(createResponse(this.request, status, options));
  }
}

export interface ReinviteHooks {
  accepted(repeater: AcceptRepeater): void;
  /** No ACK came for the 200: the call has to be ended (§14.2). */
  unacknowledged(): void;
}
