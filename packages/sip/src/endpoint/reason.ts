/** Why a call is ended, told in a Reason header (RFC 3326). */
export interface CallReason {
  /** Up to 127: cause of Q.850; from 200: SIP status (such as 200 "Call completed elsewhere"). */
  cause: number;
  text: string;
}

/** Value of the Reason header. */
export function formatReason(reason: CallReason): string {
  const protocol = reason.cause >= 200 ? 'SIP' : 'Q.850';
  const text = reason.text.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&');
  return `${protocol};cause=${reason.cause};text="${text}"`;
}
