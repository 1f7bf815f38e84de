import type { SipResponse } from '../message/message.ts';
import { sessionDescriptionOf } from '../message/multipart.ts';
import { ParseError } from '../message/parse-error.ts';
import { formatRAck } from '../message/rack.ts';
import { parseRSeq } from '../message/rseq.ts';

/** A provisional response that asks for a PRACK (RFC 3262 §4). */
export interface ReliableResponse {
  rseq: number;
  /** Value of the RAck header of its PRACK. */
  rack: string;
  /** Its session description; `''` when it has none. */
  description: string;
}

/**
 * Reads what a provisional response asks for: `unreliable` when no PRACK is wanted, `unreadable` when
 * it cannot be acknowledged and must be dropped.
 */
export function readReliable(
  response: SipResponse,
): ReliableResponse | 'unreliable' | 'unreadable' {
  const raw = response.headers.get('rseq');
  if (raw === undefined) return 'unreliable';
  try {
    const required = response.headers.elements('require').map((tag) => tag.toLowerCase());
    if (!required.includes('100rel')) return 'unreliable';
    const rseq = parseRSeq(raw);
    const description = sessionDescriptionOf(response);
    return { rseq, rack: formatRAck({ rseq, ...response.cseq }), description };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return 'unreadable';
  }
}
