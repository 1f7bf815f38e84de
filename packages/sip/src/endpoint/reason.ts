import type { SipRequest } from '../message/message.ts';
import { formatReasonValue, type ReasonValue, reasonsOf } from '../message/reason.ts';

/** Why a call is ended, told in a Reason header (RFC 3326). */
export interface CallReason {
  /** Up to 127: cause of Q.850; from 200: SIP status (such as 200 "Call completed elsewhere"). */
  cause: number;
  text: string;
}

/**
 * What did not come in time: the ACK to a 2xx of ours (RFC 3261 §13.3.1.4), the refresh of the session
 * (RFC 4028 §10), or any sign that the other side still knows the dialog (RFC 3261 §12.2.1.2).
 */
export type Lapse = 'ack' | 'session' | 'dialog';

/** How an answered call ended. */
export interface CallEnd {
  /** `timeout`: an ACK, a refresh or an answer did not come in time. */
  by: 'remote' | 'local' | 'timeout';
  /** Of a `timeout`. */
  lapse?: Lapse;
  /** The BYE of the other side. */
  request?: SipRequest;
  /** First Reason the other side gave. */
  reason?: ReasonValue;
}

/** Value of the Reason header. */
export function formatReason({ cause, text }: CallReason): string {
  return formatReasonValue({ protocol: cause >= 200 ? 'SIP' : 'Q.850', cause, text });
}

/** The end of a call with what the other side said about it. */
export function callEnd(by: CallEnd['by'], request: SipRequest | undefined, lapse: Lapse): CallEnd {
  if (by === 'timeout') return { by, lapse };
  if (request === undefined) return { by };
  const [reason] = reasonsOf(request.headers);
  return reason === undefined ? { by, request } : { by, request, reason };
}
