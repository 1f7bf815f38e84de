import { ParseError } from './parse-error.ts';

/**
 * Reads a MIME-Version (RFC 3261 §20.24), nearly always 1.0.
 *
 * @throws ParseError
 */
export function parseMimeVersion(value: string): { major: number; minor: number } {
  const match = /^(\d{1,4})\.(\d{1,4})$/.exec(value.trim());
  if (match === null) throw new ParseError('header-value', 'Malformed MIME-Version header field');
  return { major: Number(match[1]), minor: Number(match[2]) };
}
