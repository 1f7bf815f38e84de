import { isToken } from './chars.ts';
import { ParseError } from './parse-error.ts';

/**
 * Reads a Priority (RFC 3261 §20.26): `emergency`, `urgent`, `normal`, `non-urgent` or another token.
 *
 * @returns lower case
 * @throws ParseError
 */
export function parsePriority(value: string): string {
  const text = value.trim();
  if (!isToken(text)) throw new ParseError('header-value', 'Malformed Priority header field');
  return text.toLowerCase();
}
