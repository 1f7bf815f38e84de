import type { OfferAnswerState } from '../dialog/offer-answer-table.ts';
import type { DigestClient } from '../digest/client.ts';
import type { SipRequest } from '../message/message.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { IncomingCall } from './incoming-call.ts';
import type { IncomingRefer } from './incoming-refer.ts';
import type { IncomingInfo, IncomingReinvite } from './incoming-requests.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import type { SessionTimerOptions } from './session-timer.ts';

/** What the call that owns the dialog hears. */
export interface InviteUsageHooks {
  /** The dialog is over; called once. */
  ended(by: 'remote' | 'local' | 'timeout', request?: SipRequest): void;
  /** @returns whether anybody takes it */
  reinvite(reinvite: IncomingReinvite): boolean;
  info(info: IncomingInfo): void;
  /** @returns whether anybody takes it */
  refer(refer: IncomingRefer): boolean;
  ack(ack: SipRequest): void;
  /** A PRACK, for the side that sends reliable provisional responses. */
  prack?(transaction: ServerTransaction): void;
}

/** For a dialog that is only to be ended, and whose call is gone. */
export const UNHEARD: InviteUsageHooks = {
  ended() {},
  reinvite: () => false,
  info() {},
  refer: () => false,
  ack() {},
};

export interface InviteUsageOptions {
  digest: DigestClient | undefined;
  contact: string;
  /** Who sent the first INVITE; it also made the Call-ID. */
  role: 'uac' | 'uas';
  /** Where offer and answer stand when the dialog begins. */
  offers: OfferAnswerState;
  sessionTimer: SessionTimerOptions | undefined;
  hooks: InviteUsageHooks;
  /** The call it belongs to. */
  call?: OutgoingCall | IncomingCall;
}
