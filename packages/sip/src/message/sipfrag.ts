/** Media type of a piece of a SIP message (RFC 3420). */
export const SIPFRAG = 'message/sipfrag';

/**
 * Status line at the head of a sipfrag body, as NOTIFY tells how a REFER goes on (RFC 3515 §2.4.5).
 *
 * @returns undefined when the body does not begin with one
 */
export function parseSipfrag(body: string): { status: number; reason: string } | undefined {
  const match = /^SIP\/2\.0 ([1-6]\d\d)(?: ([^\r\n]*))?(?:\r?\n|$)/i.exec(body.slice(0, 1_024));
  return match === null ? undefined : { status: Number(match[1]), reason: match[2] ?? '' };
}

/** A sipfrag body that holds a status line. */
export function formatSipfrag(status: number, reason: string): string {
  return `SIP/2.0 ${status} ${reason.replace(/[\r\n]+/g, ' ')}\r\n`;
}
