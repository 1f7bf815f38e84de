import { isDigits } from './chars.ts';
import { ParseError } from './parse-error.ts';

const LIMIT = 2 ** 32;

/**
 * Reads an RSeq value (RFC 3262 §7.1): 1 … 2^32 - 1.
 *
 * @throws ParseError
 */
export function parseRSeq(value: string): number {
  const text = value.trim();
  const seq = text.length <= 10 && isDigits(text) ? Number(text) : 0;
  if (seq < 1 || seq >= LIMIT) throw new ParseError('header-value', 'Malformed RSeq header field');
  return seq;
}
