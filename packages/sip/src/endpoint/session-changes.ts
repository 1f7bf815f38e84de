import type { TimerHandle } from '../clock.ts';
import { encodeBody } from '../message/build.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { sessionDescriptionOf } from '../message/multipart.ts';
import { ParseError } from '../message/parse-error.ts';
import { parseRetryAfter } from '../message/retry-after.ts';
import { createCancel } from '../transaction/ack.ts';
import { TooManyTransactions } from '../transaction/layer.ts';
import { Acknowledgement } from './acknowledgement.ts';
import { Exchange } from './exchange.ts';
import type { InviteUsage } from './invite-usage.ts';
import { SessionRequestError } from './session-request-error.ts';
import { amendInterval } from './session-timer.ts';

/** A change of the session that is asked for. */
export interface SessionChange {
  /** SDP offer; `''` for an UPDATE without one, or a re-INVITE that lets the peer offer. */
  body?: string;
  headers?: readonly (readonly [name: string, value: string])[];
  /** Gives the answer when the peer's 2xx holds the offer. */
  answerOffer?: (offer: string) => string | Promise<string>;
}

interface Pending extends SessionChange {
  method: 'INVITE' | 'UPDATE';
  body: string;
  attempts: number;
  resolve(response: SipResponse): void;
  reject(error: SessionRequestError): void;
}

/** Changes waiting for their turn. */
const MAX_QUEUED = 8;
/** How often one change is sent when it meets the other side's. */
const MAX_ATTEMPTS = 5;
/** A Retry-After longer than this is no glare but a refusal (RFC 3311 §5.2 gives up to ten). */
const MAX_RETRY_AFTER_S = 10;

/**
 * Our own re-INVITEs and UPDATEs in one dialog: one at a time, repeated by themselves when they meet
 * a change of the other side (RFC 3261 §14.1, RFC 3311 §5.1).
 */
export class SessionChanges {
  private readonly usage: InviteUsage;
  private readonly queue: Pending[] = [];
  private active: Exchange | undefined;
  private waiting: TimerHandle | undefined;
  private limit: TimerHandle | undefined;

  constructor(usage: InviteUsage) {
    this.usage = usage;
  }

  /** Whether the next one waits or is under way. */
  get busy(): boolean {
    return this.queue.length > 0;
  }

  /** Queues a change. Resolves with its 2xx, rejects with `SessionRequestError`. */
  request(method: 'INVITE' | 'UPDATE', change: SessionChange): Promise<SipResponse> {
    return new Promise((resolve, reject) => {
      if (this.usage.over) {
        reject(new SessionRequestError(481));
        return;
      }
      if (this.queue.length >= MAX_QUEUED) {
        return reject(new SessionRequestError(500, 'Too many changes queued'));
      }
      this.queue.push({
        ...change,
        method,
        body: change.body ?? '',
        attempts: 0,
        resolve,
        reject,
      });
      this.pump();
    });
  }

  /** Starts the next change if the dialog allows one now. */
  pump(): void {
    const [next] = this.queue;
    if (next === undefined || this.waiting !== undefined) return;
    const { invites, offers } = this.usage;
    const offering = next.body !== '' || next.method === 'INVITE';
    if (next.method === 'INVITE' && invites.peek('sendInvite') !== 'go') return;
    if (offering && offers.peek('sendOffer') !== 'go') return;
    // Before the first answer only the INVITE itself negotiates (RFC 3311 §5.1).
    if (next.method === 'UPDATE' && offering && offers.state !== 'stable') return;
    if (this.active !== undefined) return;
    if (next.method === 'INVITE') invites.fire('sendInvite');
    if (next.body !== '') offers.fire('sendOffer');
    else if (next.method === 'INVITE') offers.fire('receiveOffer');
    this.start(next);
  }

  /** The dialog is over. */
  stop(): void {
    const { clock } = this.usage.core;
    clock.clearTimer(this.waiting);
    clock.clearTimer(this.limit);
    this.active?.stop();
    this.active = undefined;
    for (const { reject } of this.queue.splice(0)) reject(new SessionRequestError(487));
  }

  private start(change: Pending): void {
    const { usage } = this;
    const { core } = usage;
    change.attempts += 1;
    const request = usage.newRequest(change.method, [
      ['Contact', usage.contact],
      ...core.capabilities,
      ...usage.timer.requestHeaders(),
      ...(change.headers ?? []),
    ]);
    if (change.body !== '') {
      request.headers.append('Content-Type', 'application/sdp');
      request.body = encodeBody(change.body);
    }
    let ack: Acknowledgement | undefined;
    let accepted = false;
    const exchange = new Exchange(core, request, usage.digest, () => usage.dialog.nextSequence(), {
      onProvisional: () => this.armLimit(change, exchange),
      amend: (again, response) => amendInterval(again, response),
      onFinal: (response, sent) => {
        if (response.statusCode >= 300) {
          this.refused(change, response);
          return;
        }
        if (accepted) {
          ack?.send();
          return;
        }
        accepted = true;
        if (change.method === 'UPDATE') {
          this.finish(change, sent, response);
          return;
        }
        void this.acknowledge(change, sent, response).then((made) => {
          ack = made;
        });
      },
      onFailure: (cause) => {
        this.release(change);
        const status = cause === 'timeout' ? 408 : 503;
        change.reject(new SessionRequestError(status));
        if (status === 408) usage.lost('timeout');
      },
    });
    this.active = exchange;
    exchange.start();
  }

  private async acknowledge(
    change: Pending,
    sent: SipRequest,
    response: SipResponse,
  ): Promise<Acknowledgement | undefined> {
    const { usage } = this;
    try {
      let answer = '';
      usage.dialog.refreshTarget(response.contacts);
      if (change.body === '' && change.answerOffer !== undefined) {
        const offer = sessionDescriptionOf(response);
        answer = await change.answerOffer(offer);
        usage.localSdp = answer;
        usage.remoteSdp = offer;
      }
      const ack = new Acknowledgement(usage.core, usage.dialog, sent, answer);
      this.finish(change, sent, response);
      return ack;
    } catch (error) {
      // An offer that cannot be answered: the 2xx is acknowledged and the call ended (§13.2.2.4).
      if (this.queue[0] === change) {
        this.release(change);
        change.reject(new SessionRequestError(488, 'Offer not answered', response));
      }
      await usage.bye();
      if (error instanceof ParseError) return undefined;
      throw error;
    }
  }

  private finish(change: Pending, sent: SipRequest, response: SipResponse): void {
    const { usage } = this;
    if (usage.over) return;
    usage.notePeer(response);
    if (change.method === 'UPDATE') usage.refreshTarget(response);
    if (change.body !== '') {
      usage.offers.fire('receiveAnswer');
      usage.localSdp = change.body;
      usage.remoteSdp = sessionDescriptionOf(response) || usage.remoteSdp;
    } else if (change.method === 'INVITE') {
      usage.offers.fire('sendAnswer');
    }
    if (change.method === 'INVITE') usage.invites.fire('receiveFinal');
    usage.timer.answered(sent, response);
    this.settle();
    change.resolve(response);
    this.pump();
  }

  private refused(change: Pending, response: SipResponse): void {
    const { statusCode } = response;
    const wait = this.glarePause(statusCode, response);
    this.release(change, wait !== undefined && change.attempts < MAX_ATTEMPTS);
    if (wait !== undefined && change.attempts < MAX_ATTEMPTS) {
      this.waiting = this.usage.core.clock.setTimer(() => {
        this.waiting = undefined;
        this.pump();
      }, wait);
      return;
    }
    change.reject(SessionRequestError.of(response));
    if (statusCode === 481 || statusCode === 408) this.usage.lost('timeout');
    else this.pump();
  }

  /**
   * How long to wait before a change that met another is sent again, in ms (§14.1): 2.1 … 4 s by who
   * made the Call-ID, 0 … 2 s by the other, in steps of 10 ms.
   */
  private glarePause(status: number, response: SipResponse): number | undefined {
    const { random } = this.usage.core;
    if (status === 491) {
      return this.usage.role === 'uac'
        ? 2_100 + 10 * Math.floor(random() * 191)
        : 10 * Math.floor(random() * 201);
    }
    const seconds = parseRetryAfter(response.headers.get('retry-after'));
    if (status !== 500 || seconds === undefined || seconds > MAX_RETRY_AFTER_S) return undefined;
    return seconds * 1_000;
  }

  /** Puts the machines back where they were before the change. */
  private release(change: Pending, keep = false): void {
    const { invites, offers } = this.usage;
    if (change.body !== '') offers.fire('refused');
    else if (change.method === 'INVITE') offers.fire('refuse');
    if (change.method === 'INVITE') invites.fire('receiveFinal');
    this.settle(keep);
  }

  private settle(keep = false): void {
    this.usage.core.clock.clearTimer(this.limit);
    this.limit = undefined;
    this.active = undefined;
    if (!keep) this.queue.shift();
  }

  /** A re-INVITE that got a provisional response would wait for ever without this. */
  private armLimit(change: Pending, exchange: Exchange): void {
    if (change.method !== 'INVITE' || this.limit !== undefined) return;
    const { clock, timers, layer } = this.usage.core;
    const nothing = () => {};
    this.limit = clock.setTimer(() => {
      const { hop, request } = exchange;
      if (hop !== undefined) {
        try {
          layer.request(createCancel(request), hop, { onResponse: nothing, onFailure: nothing });
        } catch (error) {
          if (!(error instanceof TooManyTransactions)) throw error;
        }
      }
      this.limit = clock.setTimer(() => {
        exchange.stop();
        this.release(change);
        change.reject(new SessionRequestError(408));
        this.usage.lost('timeout');
      }, 64 * timers.t1);
    }, timers.c);
  }
}
