import type { DialogSnapshot } from '@trunkline/sip/dialog/dialog.ts';
import type { RegistrationSpec } from '../lines/registrar.ts';

/**
 * The PBX side of a call as call control sees it: what `sip/` brings from the SIP stack.
 */

/** Answer to a re-INVITE: our SDP, or a refusing status. */
export type ReinviteAnswer = { sdp: string } | { status: number };

export interface OutgoingHandlers {
  /** 180 … 183; with SDP there may be early media. */
  progress(detail: { status: number; sdp: string | null }): void;
  answered(detail: { sdp: string | null; dialog: DialogSnapshot }): void;
  /** Refused, or null without any final answer. */
  failed(detail: { status: number | null; reason: string }): void;
  /** BYE of the PBX, or the dialog is gone. */
  ended(detail: { reason: string }): void;
  /** The PBX changes the session; without SDP it asks for our offer. */
  reinvite(sdp: string | null): Promise<ReinviteAnswer>;
  /** The answer to an offer of ours came in the ACK (RFC 3261 §13.2.1). */
  acknowledged(sdp: string): void;
}

export interface IncomingHandlers {
  /** `elsewhere`: the PBX says another phone took it (RFC 3326, cause 200). */
  cancelled(detail: { elsewhere: boolean }): void;
  /** ACK to our 200; with SDP when our 200 held the offer. */
  confirmed(detail: { sdp: string | null; dialog: DialogSnapshot }): void;
  /** No ACK came in time. */
  unconfirmed(): void;
  ended(detail: { reason: string }): void;
  reinvite(sdp: string | null): Promise<ReinviteAnswer>;
  acknowledged(sdp: string): void;
}

export interface OutgoingLeg {
  readonly sipCallId: string;
  /** Our tag in the dialog. */
  readonly localTag: string;
  /** Ends an unanswered call; crossing a 200 is reported as `answered`. */
  cancel(): void;
  bye(): void;
}

export interface IncomingLeg {
  readonly sipCallId: string;
  /** Offer of the PBX; null: our 200 must offer. */
  readonly offer: string | null;
  /** Who calls. */
  readonly caller: { user: string; displayName: string | null };
  /** Sets who hears of the call; what happened before is told at once. */
  handle(handlers: IncomingHandlers): void;
  /** Sends 180, again and again as proxies need it. */
  ring(): void;
  answer(sdp: string): void;
  reject(status: number): void;
  bye(): void;
}

export interface PbxPort {
  /**
   * Sends an INVITE over a line, through its registrar. No handler is called before this returns.
   * @param o.digits user part of the Request-URI
   */
  invite(o: {
    line: RegistrationSpec;
    digits: string;
    sdp: string;
    handlers: OutgoingHandlers;
  }): OutgoingLeg;
}
