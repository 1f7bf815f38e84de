import { isDigits, isLws, isToken, skipLws } from './chars.ts';
import { ParseError } from './parse-error.ts';

/** Sequence number and method (RFC 3261 §20.16). */
export interface CSeq {
  /** 0 … 2^31 - 1. */
  seq: number;
  method: string;
}

const LIMIT = 2 ** 31;

/**
 * Reads a CSeq value.
 *
 * @throws ParseError when it is malformed or the number is 2^31 or more (RFC 3261 §8.1.1.5)
 */
export function parseCSeq(value: string): CSeq {
  return readCSeq(value, 0, value.length);
}

/**
 * Reads the CSeq value `text[start, end)`.
 *
 * @throws ParseError, see `parseCSeq`
 */
export function readCSeq(text: string, start: number, end: number): CSeq {
  let i = start;
  let seq = 0;
  while (i < end && !isLws(text.charCodeAt(i))) i++;
  const methodStart = skipLws(text, i, end);
  if (!isDigits(text, start, i) || !isToken(text, methodStart, end)) {
    throw new ParseError('header-value', 'Malformed CSeq header field');
  }
  for (let k = start; k < i && seq < LIMIT; k++) seq = seq * 10 + text.charCodeAt(k) - 48;
  if (seq >= LIMIT) throw new ParseError('header-value', 'CSeq number out of range');
  return { seq, method: text.slice(methodStart, end) };
}
