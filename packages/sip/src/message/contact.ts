import { isDigits } from './chars.ts';
import { splitList } from './list.ts';
import { type NameAddr, parseNameAddr } from './name-addr.ts';
import { ParseError } from './parse-error.ts';

/** All Contact values of a message, or `'*'` (only in a REGISTER that removes every binding). */
export type Contacts = NameAddr[] | '*';

/**
 * Reads the Contact header lines (RFC 3261 §20.10).
 *
 * @throws ParseError for a malformed value, or `*` beside other values
 */
export function parseContacts(lines: readonly string[]): Contacts {
  const out: NameAddr[] = [];
  for (const line of lines) {
    if (line === '*') {
      if (lines.length > 1) throw new ParseError('header-value', 'Contact "*" beside other values');
      return '*';
    }
    for (const element of splitList(line)) out.push(parseNameAddr(element, 'Contact'));
  }
  return out;
}

/** Highest number of seconds the grammar allows (RFC 3261 §20.19: 2^32 - 1). */
export const MAX_DELTA_SECONDS = 4_294_967_295;

/**
 * Reads delta-seconds. Values that are malformed or too large give `undefined`, because a malformed
 * Expires is to be treated as absent (RFC 3261 §20.19).
 */
export function parseDeltaSeconds(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (text.length > 10 || !isDigits(text)) return undefined;
  const seconds = Number(text);
  return seconds > MAX_DELTA_SECONDS ? undefined : seconds;
}
