import type { SipResponse } from '../message/message.ts';
import type { Replaces } from '../message/replaces.ts';
import { Emitter } from './emitter.ts';
import type { IncomingRefer } from './incoming-refer.ts';
import type { IncomingInfo, IncomingReinvite } from './incoming-requests.ts';
import type { InviteUsage } from './invite-usage.ts';
import type { CallEnd } from './reason.ts';
import { type ReferOptions, type Referral, refusedReferral } from './referral.ts';
import type { SessionChange } from './session-changes.ts';
import { SessionRequestError } from './session-request-error.ts';

/** What every call tells once it stands, whoever placed it. */
export type SessionEvents = {
  /** The call is over. */
  ended: [end: CallEnd];
  /** The other side changes the session: re-INVITE, UPDATE with an offer, or PRACK with one. */
  reinvite: [reinvite: IncomingReinvite];
  info: [info: IncomingInfo];
  /** The other side asks us to call somebody else (RFC 3515); without a handler it is declined. */
  refer: [refer: IncomingRefer];
};

/** What `OutgoingCall` and `IncomingCall` share once they have a dialog. */
export abstract class Session<Events extends SessionEvents> extends Emitter<Events> {
  /** The dialog of the call; undefined before it has one. */
  protected abstract readonly usage: InviteUsage | undefined;

  /**
   * Offers a new session by re-INVITE (RFC 3261 §14.1) and acknowledges the answer. Requests wait for
   * each other and for those of the other side; glare is retried by itself up to five times.
   *
   * @returns the 2xx
   * @throws SessionRequestError; 408 and 481 end the call as well
   */
  reinvite(change: SessionChange): Promise<SipResponse> {
    return this.required((usage) => usage.changes.request('INVITE', change));
  }

  /**
   * Changes or refreshes the session by UPDATE (RFC 3311); without a body nothing but the target and
   * the session timer are refreshed. Works in early dialogs too.
   *
   * @returns the 2xx
   * @throws SessionRequestError; 408 and 481 end the call as well
   */
  update(change: SessionChange = {}): Promise<SipResponse> {
    return this.required((usage) => usage.changes.request('UPDATE', change));
  }

  /**
   * Sends an INFO (RFC 6086), such as DTMF or a request for a key frame.
   *
   * @throws SessionRequestError
   */
  info(info: {
    contentType: string;
    body: string;
    headers?: readonly (readonly [name: string, value: string])[];
  }): Promise<SipResponse> {
    return this.required((usage) => usage.send('INFO', info));
  }

  /**
   * Asks the other side by OPTIONS whether the dialog still lives (RFC 3261 §11, RFC 5057 §6).
   *
   * @throws SessionRequestError; 481 ends the call as well
   */
  sendOptions(): Promise<SipResponse> {
    return this.required((usage) =>
      usage.send('OPTIONS', { headers: [['Accept', 'application/sdp']] }),
    );
  }

  /**
   * Asks the other side to call somebody else: blind transfer, or attended with `replaces` (RFC 3515,
   * RFC 3891 §4). The call itself goes on until somebody ends it.
   */
  refer(options: ReferOptions): Referral {
    const { usage } = this;
    if (usage === undefined || usage.over) return refusedReferral(new SessionRequestError(481));
    return usage.refers.send(options);
  }

  /** Whether the other side has said that it takes this method; false while it has said nothing. */
  peerAllows(method: string): boolean {
    return this.usage?.peerMethods?.has(method.toUpperCase()) ?? false;
  }

  /** Agreed session timer (RFC 4028); undefined while none runs. Seconds. */
  get sessionTimer(): { interval: number; refresher: 'local' | 'remote' } | undefined {
    return this.usage?.timer.agreed;
  }

  /**
   * Identity of the dialog for a Replaces that somebody else sends to the other side of this call;
   * undefined before there is a dialog.
   */
  get replacesForPeer(): Omit<Replaces, 'earlyOnly'> | undefined {
    const dialog = this.usage?.dialog;
    if (dialog === undefined) return undefined;
    return { callId: dialog.callId, toTag: dialog.remoteTag, fromTag: dialog.localTag };
  }

  private required<T>(use: (usage: InviteUsage) => Promise<T>): Promise<T> {
    const { usage } = this;
    if (usage === undefined || usage.over) return Promise.reject(new SessionRequestError(481));
    return use(usage);
  }
}
