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
  let i = 0;
  while (i < value.length && !isLws(value.charCodeAt(i))) i++;
  const methodStart = skipLws(value, i);
  if (!isDigits(value, 0, i) || !isToken(value, methodStart)) {
    throw new ParseError('header-value', 'Malformed CSeq header field');
  }
  const seq = Number(value.slice(0, i));
  if (seq >= LIMIT) throw new ParseError('header-value', 'CSeq number out of range');
  return { seq, method: value.slice(methodStart) };
}
