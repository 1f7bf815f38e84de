import { ParseError } from './parse-error.ts';

/** When a request was sent, and how long the answer waited (RFC 3261 §20.38), in seconds. */
export interface Timestamp {
  time: number;
  /** Absent: not told. */
  delay: number | undefined;
}

/**
 * Reads a Timestamp.
 *
 * @throws ParseError
 */
export function parseTimestamp(value: string): Timestamp {
  const match = /^(\d{1,15}(?:\.\d{0,9})?)(?:[ \t]+(\d{0,9}(?:\.\d{0,9})?))?$/.exec(value.trim());
  if (match === null || match[2] === '.') {
    throw new ParseError('header-value', 'Malformed Timestamp header field');
  }
  const delay = match[2] === undefined || match[2] === '' ? undefined : Number(match[2]);
  return { time: Number(match[1]), delay };
}

/** The Timestamp of a 100: what the request said, with the seconds since it came (§8.2.6.1). */
export function formatTimestamp({ time, delay }: Timestamp): string {
  return delay === undefined ? String(time) : `${time} ${delay.toFixed(3)}`;
}
