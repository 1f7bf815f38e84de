import { isLws, isTokenChar, skipLws, skipQuoted } from './chars.ts';
import { ParseError } from './parse-error.ts';

/**
 * Header or URI parameters: lower-case name to value as written (a quoted string keeps its quotes).
 * A parameter without a value has the value `''`.
 */
export type Params = ReadonlyMap<string, string>;

/** Shared by everything without parameters. */
export const NO_PARAMS: Params = new Map();

/** True for characters that end an unquoted parameter value. */
function endsValue(c: number): boolean {
  return c === 59 || c === 44 || c === 34 || c === 60 || c === 62 || c < 33;
}

/**
 * Reads `*( ";" name [ "=" value ] )` from `start` to the end of the text, white space allowed
 * around both separators (RFC 3261 §25.1 generic-param). The first of two equal names counts.
 *
 * @throws ParseError for an empty parameter, an open quote or anything left over
 */
export function parseParams(text: string, start: number, header: string): Params {
  let i = skipLws(text, start);
  if (i >= text.length) return NO_PARAMS;
  const params = new Map<string, string>();
  while (i < text.length) {
    if (text.charCodeAt(i) !== 59) throw malformed(header);
    i = skipLws(text, i + 1);
    const nameStart = i;
    while (i < text.length && isTokenChar(text.charCodeAt(i))) i++;
    if (i === nameStart) throw malformed(header);
    const name = text.slice(nameStart, i).toLowerCase();
    i = skipLws(text, i);
    let value = '';
    if (text.charCodeAt(i) === 61) {
      i = skipLws(text, i + 1);
      const valueStart = i;
      if (text.charCodeAt(i) === 34) {
        i = skipQuoted(text, i);
        if (i < 0) throw malformed(header);
      } else {
        while (i < text.length && !endsValue(text.charCodeAt(i))) i++;
        if (i === valueStart) throw malformed(header);
      }
      value = text.slice(valueStart, i);
      while (i < text.length && isLws(text.charCodeAt(i))) i++;
    }
    if (!params.has(name)) params.set(name, value);
  }
  return params;
}

/** Parameters as they are written behind a value, each with its leading semicolon. */
export function formatParams(params: Params): string {
  let out = '';
  for (const [name, value] of params) out += value === '' ? `;${name}` : `;${name}=${value}`;
  return out;
}

function malformed(header: string): ParseError {
  return new ParseError('header-value', `Malformed ${header} parameter`);
}
