import { nextHop } from '../dialog/dialog.ts';
import type { DigestClient, DigestRefusal } from '../digest/client.ts';
import { newBranch } from '../ids.ts';
import { parseDeltaSeconds } from '../message/contact.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { ParseError } from '../message/parse-error.ts';
import { formatVia } from '../message/via.ts';
import type {
  ClientTransaction,
  ClientTransactionUser,
} from '../transaction/client-transaction.ts';
import { TooManyTransactions } from '../transaction/layer.ts';
import type { Target } from '../transport/target.ts';
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
  /**
   * Changes a copy of a request that was refused with 422 so that it can be sent again.
   *
   * @returns false when there is nothing to be done
   */
  amend?(request: SipRequest, response: SipResponse): boolean;
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
  private target: Target | undefined;
  /** Servers not tried yet. */
  private left: readonly Hop[] = [];
  private provisionalSeen = false;
  /** The hop over UDP to fall back to, while the request is tried over TCP for its size. */
  private narrow: Hop | undefined;
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
  start(via?: Target): void {
    this.digest?.authorize(this.request);
    let next: Target;
    try {
      next = via ?? nextHop(this.request);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      this.failSoon();
      return;
    }
    this.target = next;
    this.core.router.route(
      next,
      this.request.callId,
      ([first, ...others]) => {
        if (this.stopped) return;
        this.left = others;
        if (first === undefined) this.failSoon();
        else this.transmit(first);
      },
      () => this.failSoon(),
    );
  }

  /** Sends the request there and nowhere else. */
  startAt(hop: Hop): void {
    this.digest?.authorize(this.request);
    this.transmit(hop);
  }

  /** Ends it; nothing more is reported. */
  stop(): void {
    this.stopped = true;
    this.transaction?.terminate();
  }

  /** Has somebody else take the answers still to come to an INVITE; nothing more is reported. */
  leaveTo(user: ClientTransactionUser): void {
    this.stopped = true;
    this.transaction?.passTo(user);
  }

  private transmit(hop: Hop): void {
    const wide = this.core.router.overTcp(hop, this.request);
    this.narrow = wide === undefined ? undefined : hop;
    this.transmitBy(wide ?? hop);
  }

  private transmitBy(hop: Hop): void {
    const { request } = this;
    this.core.transports.bind(request, hop);
    let settled = false;
    try {
      this.transaction = this.core.layer.request(request, hop, {
        onResponse: (response) => {
          if (response.statusCode >= 200) settled = true;
          this.receive(request, response, hop);
        },
        onFailure: (cause) => {
          // A connection that breaks after the answer changes nothing.
          if (!this.stopped && !settled) this.onFailure(cause, hop);
        },
      });
    } catch (error) {
      if (!(error instanceof TooManyTransactions)) throw error;
      this.failSoon();
    }
  }

  private onFailure(cause: 'timeout' | 'transport', hop: Hop): void {
    const { narrow } = this;
    if (narrow !== undefined && !this.provisionalSeen && this.user.wanted?.() !== false) {
      // The server takes no connections: then the large request goes by UDP after all (§18.1.1).
      this.core.router.refusedTcp(hop);
      this.narrow = undefined;
      this.renew();
      this.transmitBy(narrow);
      return;
    }
    this.core.router.failed(hop);
    if (!this.tryNext()) this.user.onFailure(cause);
  }

  /** The same request again, in a transaction of its own. */
  private renew(): void {
    this.request = this.request.clone();
    const { via } = this.request;
    const params = new Map(via.params).set('branch', newBranch());
    this.request.headers.set('Via', formatVia({ ...via, params }));
  }

  /**
   * Offers the request to the next server (RFC 3263 §4.3): the same but for its branch. Once a server
   * has begun with it no other is asked.
   */
  private tryNext(): boolean {
    const [next, ...others] = this.left;
    if (next === undefined || this.provisionalSeen || this.user.wanted?.() === false) return false;
    this.left = others;
    this.renew();
    this.transmit(next);
    return true;
  }

  private receive(request: SipRequest, response: SipResponse, hop: Hop): void {
    if (this.stopped) return;
    const { statusCode } = response;
    const chosen = this.narrow === undefined;
    this.narrow = undefined;
    if (statusCode === 503) {
      this.core.router.failed(hop, retryAfterOf(response));
      if (this.tryNext()) return;
    } else if (this.target !== undefined && chosen) {
      this.core.router.reached(this.target, request.callId, hop);
    }
    if (statusCode < 200) {
      if (statusCode > 100) this.provisionalSeen = true;
      this.user.onProvisional?.(response);
      return;
    }
    if (statusCode === 422 && this.user.wanted?.() !== false && this.challenges < MAX_CHALLENGES) {
      const again = request.clone();
      if (this.user.amend?.(again, response) === true) {
        this.repeat(again, hop);
        return;
      }
    }
    const challenged = statusCode === 401 || statusCode === 407;
    if (!challenged) {
      if (statusCode !== 403) this.digest?.accepted(request, response);
      this.user.onFinal(response, request);
      return;
    }
    if (this.digest === undefined || this.user.wanted?.() === false) {
      this.user.onFinal(response, request);
      return;
    }
    const outcome =
      this.challenges >= MAX_CHALLENGES ? 'rejected' : this.digest.challenged(request, response);
    if (outcome !== 'retry') {
      this.user.onFinal(response, request, outcome);
      return;
    }
    this.repeat(request.clone(), hop);
  }

  /** Sends a changed copy as a new transaction to the server that refused it. */
  private repeat(request: SipRequest, hop: Hop): void {
    this.challenges += 1;
    this.request = request;
    request.headers.set('Via', this.core.newVia());
    request.headers.set('CSeq', `${this.nextSequence()} ${request.method}`);
    this.digest?.authorize(request);
    this.transmit(hop);
  }

  /** Reports a failure that is known before anything was sent, after the caller has returned. */
  private failSoon(): void {
    queueMicrotask(() => {
      if (!this.stopped) this.user.onFailure('transport');
    });
  }
}

function retryAfterOf(response: SipResponse): number {
  const [seconds] = response.headers.get('retry-after')?.split(/[;( ]/) ?? [];
  return parseDeltaSeconds(seconds) ?? 0;
}
