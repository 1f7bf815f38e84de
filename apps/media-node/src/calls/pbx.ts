import type { DialogSnapshot } from '@trunkline/sip/dialog/dialog.ts';
import type { EarlyOrphan } from '@trunkline/sip/endpoint/early-orphan.ts';
import type { Lapse } from '@trunkline/sip/endpoint/reason.ts';
import type { DiversionEntry } from '@trunkline/sip/message/diversion.ts';
import type { HistoryInfoEntry } from '@trunkline/sip/message/history-info.ts';
import type { Replaces } from '@trunkline/sip/message/replaces.ts';
import type { RegistrationSpec } from '../lines/registrar.ts';

/**
 * The PBX side of a call as call control sees it: what `sip/` brings from the SIP stack.
 */

/** Answer to a re-INVITE: our SDP, or a refusing status. */
export type ReinviteAnswer = { sdp: string } | { status: number };

/** Why a leg is ended, for its Reason header (RFC 3326). */
export interface LegReason {
  cause: number;
  text: string;
}
/** What losing legs are told (VOX-123). */
export const completedElsewhere: LegReason = { cause: 200, text: 'Call completed elsewhere' };

/** The PBX refused a request inside a call. */
export class LegRefused extends Error {
  override readonly name = 'LegRefused';
  readonly status: number;

  constructor(status: number, reason: string) {
    super(`${status} ${reason}`);
    this.status = status;
  }
}

/** A transfer the PBX asks us for (RFC 3515); left alone it is declined. */
export interface ReferRequest {
  /** User part of Refer-To. */
  target: string;
  displayName: string | null;
  /** Address to be called, as the PBX gave it; null when it is none a call can be placed to. */
  uri: string | null;
  /** The call at the target to be replaced by the new one: an attended transfer. */
  replaces: Replaces | null;
  /** Who asks for it (RFC 3892), as a name-addr. */
  referredBy: string | null;
  accept(): void;
  /** A final status ends the notifications. */
  notify(status: number): void;
  reject(status: number): void;
}

/** What a leg tells once it stands. */
export interface LegHandlers {
  /** BYE of the PBX, or what did not come of it in time. */
  ended(detail: { lapse: Lapse | null; elsewhere: boolean }): void;
  /** The PBX changes the session; without SDP it asks for our offer. */
  reinvite(sdp: string | null): Promise<ReinviteAnswer>;
  /** The answer to an offer of ours came in the ACK (RFC 3261 §13.2.1). */
  acknowledged(sdp: string): void;
  /** Keys by SIP INFO (application/dtmf-relay or application/dtmf). */
  keys(digits: string): void;
  refer(request: ReferRequest): void;
}

export interface OutgoingHandlers extends LegHandlers {
  /** 180 … 183; with SDP there may be early media. */
  progress(detail: { status: number; sdp: string | null }): void;
  answered(detail: { sdp: string | null; dialog: DialogSnapshot }): void;
  /** Refused, or null without any final answer. */
  failed(detail: { status: number | null; reason: string }): void;
}

export interface IncomingHandlers extends LegHandlers {
  /** `elsewhere`: the PBX says another phone took it (RFC 3326, cause 200). */
  cancelled(detail: { elsewhere: boolean }): void;
  /** ACK to our 200; with SDP when our 200 held the offer. */
  confirmed(detail: { sdp: string | null; dialog: DialogSnapshot }): void;
  /** No ACK came in time. */
  unconfirmed(): void;
}

/** Requests inside a call that stands, whoever placed it. */
export interface PbxLeg {
  readonly sipCallId: string;
  /** Our tag in the dialog of a leg we placed, null of one we took. */
  readonly localTag: string | null;
  /** Where the PBX's SIP messages come from: its media may too, behind NAT. */
  readonly peerAddress: string | null;
  /** What ends the leg after a crash while it is not answered; null when nothing does. */
  orphan(): EarlyOrphan | null;
  bye(reason?: LegReason): void;
  /**
   * Offers a new session and returns the PBX's answer; glare is repeated by the stack.
   * @throws LegRefused
   */
  reinvite(sdp: string): Promise<string>;
  /**
   * Asks the PBX to call a number instead of us, taking the place of another leg's call if given.
   * Resolves with the final status it reports; never rejects.
   */
  refer(o: { digits: string; replaces?: PbxLeg }): Promise<{ status: number; reason: string }>;
  /** Sends a key by SIP INFO. @throws LegRefused */
  sendKey(digit: string): Promise<void>;
}

export interface OutgoingLeg extends PbxLeg {
  readonly localTag: string;
  /** Ends an unanswered call; crossing a 200 is reported as `answered`. */
  cancel(reason?: LegReason): void;
}

/** Which way an incoming call came, as the PBX tells. */
export interface CallHistory {
  /** The latest first. */
  diversion: readonly DiversionEntry[];
  /** In its order. */
  historyInfo: readonly HistoryInfoEntry[];
  maxForwards: number;
}

export interface IncomingLeg extends PbxLeg {
  /** Offer of the PBX; null: our 200 must offer. */
  readonly offer: string | null;
  /** Who calls. */
  readonly caller: { user: string; displayName: string | null };
  readonly history: CallHistory;
  /** Sets who hears of the call; what happened before is told at once. */
  handle(handlers: IncomingHandlers): void;
  /** Sends 180, again and again as proxies need it. */
  ring(): void;
  /** Sends 183 with our answer: the caller hears what comes before the call is answered. */
  progress(sdp: string): void;
  answer(sdp: string, o?: { sessionTimerSeconds: number }): void;
  reject(status: number, reason?: LegReason): void;
  /** Sends the caller to another number (302, RFC 3261 §21.3.3). */
  redirect(digits: string): void;
}

/** What a REFER of the PBX makes of an INVITE. */
export interface Referred {
  /** Request-URI and To. */
  uri: string;
  replaces: Replaces | null;
  referredBy: string | null;
}

/** Who a call we place is for, and which way it came (VOX-129). */
export interface CallOrigin {
  /** Number and name of the caller in whose name it is placed; null = withheld. */
  caller: { user: string; displayName: string | null } | null;
  diversion: readonly DiversionEntry[];
  historyInfo: readonly HistoryInfoEntry[];
  maxForwards: number;
}

export interface PbxPort {
  /**
   * Sends an INVITE over a line, through its registrar. No handler is called before this returns.
   * @param o.digits user part of the Request-URI
   * @throws Error when no SIP address can be made of the digits
   */
  invite(o: {
    line: RegistrationSpec;
    digits: string;
    sdp: string;
    /** Session-Expires, seconds; 0 = none (VOX-119). */
    sessionTimerSeconds: number;
    /** Of a forwarded call. */
    origin?: CallOrigin | undefined;
    /** Of a call the PBX asked us to place; its address goes before the digits. */
    referred?: Referred | undefined;
    handlers: OutgoingHandlers;
  }): OutgoingLeg;
  /** The address under which the PBX of a line knows a number, for Diversion and History-Info. */
  addressOf(line: RegistrationSpec, user: string): string;
}
