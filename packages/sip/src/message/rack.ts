import { type CSeq, parseCSeq } from './cseq.ts';
import { ParseError } from './parse-error.ts';
import { parseRSeq } from './rseq.ts';

/** What a PRACK acknowledges (RFC 3262 §7.2). */
export interface RAck extends CSeq {
  /** RSeq of the provisional response; `seq` and `method` are those of its CSeq. */
  rseq: number;
}

/**
 * Reads an RAck value.
 *
 * @throws ParseError
 */
export function parseRAck(value: string): RAck {
  const match = /^\s*(\d+)\s+(\S.*)$/.exec(value);
  if (match === null) throw new ParseError('header-value', 'Malformed RAck header field');
  return { rseq: parseRSeq(match[1] ?? ''), ...parseCSeq((match[2] ?? '').trimEnd()) };
}

/** The value of an RAck header. */
export function formatRAck({ rseq, seq, method }: RAck): string {
  return `${rseq} ${seq} ${method}`;
}
