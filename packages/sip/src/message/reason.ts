import { isDigits, isToken, quote, unquote } from './chars.ts';
import type { Headers } from './headers.ts';
import { splitList } from './list.ts';
import { parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';

/** Why a request was sent (RFC 3326 §2). */
export interface ReasonValue {
  /** `SIP`, `Q.850`, `preemption` …, as written. */
  protocol: string;
  /** Status code or Q.850 cause; absent when the protocol has none. */
  cause: number | undefined;
  /** Plain text, `''` when absent. */
  text: string;
}

/**
 * Reads one Reason value.
 *
 * @throws ParseError
 */
export function parseReason(value: string): ReasonValue {
  const semi = value.indexOf(';');
  const protocol = (semi < 0 ? value : value.slice(0, semi)).trim();
  if (!isToken(protocol)) throw new ParseError('header-value', 'Malformed Reason header field');
  const params = parseParams(value, semi < 0 ? value.length : semi, 'Reason');
  const cause = params.get('cause') ?? '';
  return {
    protocol,
    cause: cause.length <= 4 && isDigits(cause) ? Number(cause) : undefined,
    text: unquote(params.get('text') ?? ''),
  };
}

/**
 * All reasons of a message in their order. What cannot be read is left out: a Reason is a comment
 * and must not break what it comments on (§2).
 */
export function reasonsOf(headers: Headers): ReasonValue[] {
  const out: ReasonValue[] = [];
  for (const line of headers.lines('reason')) {
    try {
      for (const element of splitList(line)) out.push(parseReason(element));
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
    }
  }
  return out;
}

/** The value of a Reason header. */
export function formatReasonValue({ protocol, cause, text }: ReasonValue): string {
  const number = cause === undefined ? '' : `;cause=${cause}`;
  const comment = text === '' ? '' : `;text=${quote(text.replace(/[\r\n]+/g, ' '))}`;
  return `${protocol}${number}${comment}`;
}
