import { parseDeltaSeconds } from './contact.ts';
import { parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';

/** Session interval and who refreshes it (RFC 4028 §4). */
export interface SessionExpires {
  /** Seconds. */
  interval: number;
  /** Seen from the request it stands in or answers; absent while it is open. */
  refresher: 'uac' | 'uas' | undefined;
}

/**
 * Reads a Session-Expires value.
 *
 * @throws ParseError
 */
export function parseSessionExpires(value: string): SessionExpires {
  const semi = value.indexOf(';');
  const interval = parseDeltaSeconds(semi < 0 ? value : value.slice(0, semi));
  const params = semi < 0 ? undefined : parseParams(value, semi, 'Session-Expires');
  const refresher = params?.get('refresher')?.toLowerCase();
  const known = refresher === undefined || refresher === 'uac' || refresher === 'uas';
  if (interval === undefined || !known) {
    throw new ParseError('header-value', 'Malformed Session-Expires header field');
  }
  return { interval, refresher };
}

/** The value of a Session-Expires header. */
export function formatSessionExpires({ interval, refresher }: SessionExpires): string {
  return refresher === undefined ? `${interval}` : `${interval};refresher=${refresher}`;
}
