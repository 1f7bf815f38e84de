import { parseDeltaSeconds } from './contact.ts';
import { ParseError } from './parse-error.ts';

/**
 * Reads a Min-SE value (RFC 4028 §5): seconds.
 *
 * @throws ParseError
 */
export function parseMinSe(value: string): number {
  const seconds = parseDeltaSeconds(value.split(';', 1)[0]);
  if (seconds === undefined) throw new ParseError('header-value', 'Malformed Min-SE header field');
  return seconds;
}
