import { type NextHop, nextHop } from '../dialog/dialog.ts';
import type { DigestClient, DigestRefusal } from '../digest/client.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { ParseError } from '../message/parse-error.ts';
import type { ClientTransaction } from '../transaction/client-transaction.ts';
import { TooManyTransactions } from '../transaction/layer.ts';
import type { Hop } from '../transport/transport.ts';
import type { Core } from './core.ts';

/** How often one request is repeated for challenges: realms on the way, plus stale nonces. */
const MAX_CHALLENGES = 4;

export interface ExchangeUser {
  onProvisional?(response: SipResponse): void;
  /**
   * Final response to the request as last sent; for INVITE also every repeated or forked 2xx.
   *
   * @param refusal why a 401 or 407 was not answered with credentials
   */
  onFinal(response: SipResponse, request: SipRequest, refusal?: DigestRefusal): void;
  onFailure(cause: 'timeout' | 'transport'): void;
  /** Whether a challenge may still be answered; absent means yes. */
  wanted?(): boolean;
}

/**
 * One request of the user agent, repeated with credentials when it is challenged (RFC 3261 §22.2).
 */
export class Exchange {
  /** As last sent. */
  request: SipRequest;
  private readonly core: Core;
  private readonly digest: DigestClient | undefined;
  private readonly nextSequence: () => number;
  private readonly user: ExchangeUser;
  private transaction: ClientTransaction | undefined;
  private challenges = 0;
  private stopped = false;

  /**
   * @param digest absent: challenges are final responses
   * @param nextSequence CSeq number for a repetition
   */
  constructor(
    core: Core,
    request: SipRequest,
    digest: DigestClient | undefined,
    nextSequence: () => number,
    user: ExchangeUser,
  ) {
    this.core = core;
    this.request = request;
    this.digest = digest;
    this.nextSequence = nextSequence;
    this.user = user;
  }

  /** Where the request was sent; absent while the host is being looked up. */
  get hop(): Hop | undefined {
    return this.transaction?.hop;
  }

  /** Sends the request, to its own next hop unless another is given. */
  start(via?: NextHop): void {
    this.digest?.authorize(this.request);
    let next: NextHop;
    try {
      next = via ?? nextHop(this.request);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      this.failSoon();
      return;
    }
    this.core.locate(
      next,
      (hop) => {
        if (!this.stopped) this.transmit(hop);
      },
      () => this.failSoon(),
    );
  }

  /** Ends it; nothing more is reported. */
  stop(): void {
    this.stopped = true;
    this.transaction?.terminate();
  }

  private transmit(hop: Hop): void {
    const { request } = this;
    try {
      this.transaction = this.core.layer.request(request, hop, {
        onResponse: (response) => this.receive(request, response),
        onFailure: (cause) => {
          if (!this.stopped) this.user.onFailure(cause);
        },
      });
    } catch (error) {
      if (!(error instanceof TooManyTransactions)) throw error;
      this.failSoon();
    }
  }

  private receive(request: SipRequest, response: SipResponse): void {
    if (this.stopped) return;
    const { statusCode } = response;
    if (statusCode < 200) {
      this.user.onProvisional?.(response);
      return;
    }
    const challenged = statusCode === 401 || statusCode === 407;
    if (!challenged) {
      if (statusCode !== 403) this.digest?.accepted(request);
      this.user.onFinal(response, request);
      return;
    }
    const hop = this.hop;
    if (this.digest === undefined || hop === undefined || this.user.wanted?.() === false) {
      this.user.onFinal(response, request);
      return;
    }
    const outcome =
      this.challenges >= MAX_CHALLENGES ? 'rejected' : this.digest.challenged(request, response);
    if (outcome !== 'retry') {
      this.user.onFinal(response, request, outcome);
      return;
    }
    this.challenges += 1;
    this.request = request.clone();
    this.request.headers.set('Via', this.core.newVia());
    this.request.headers.set('CSeq', `${this.nextSequence()} ${request.method}`);
    this.digest.authorize(this.request);
    this.transmit(hop);
  }

  /** Reports a failure that is known before anything was sent, after the caller has returned. */
  private failSoon(): void {
    queueMicrotask(() => {
      if (!this.stopped) this.user.onFailure('transport');
    });
  }
}
