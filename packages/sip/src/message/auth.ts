import { isTokenChar, quote, skipLws, skipQuoted, unquote } from './chars.ts';
import { ParseError } from './parse-error.ts';

/**
 * A challenge (WWW-Authenticate, Proxy-Authenticate) or credentials (Authorization,
 * Proxy-Authorization). Parameter names are lower case, values without quotes.
 */
export interface AuthValue {
  /** As written, compare without case. */
  scheme: string;
  params: Map<string, string>;
}

/**
 * Reads one header line, which may hold several challenges (RFC 9110 §11.6.1): a comma separates
 * parameters as well as challenges, so a token followed by another token starts a new challenge.
 *
 * @throws ParseError
 */
export function parseAuth(line: string): AuthValue[] {
  const out: AuthValue[] = [];
  let i = skipLws(line, 0);
  while (i < line.length) {
    const tokenStart = i;
    i = skipToken(line, i);
    if (i === tokenStart) throw malformed();
    const token = line.slice(tokenStart, i);
    const afterToken = skipLws(line, i);
    if (line.charCodeAt(afterToken) === 61) {
      const current = out.at(-1);
      if (current === undefined) throw malformed();
      i = readValue(line, skipLws(line, afterToken + 1), token, current);
    } else {
      out.push({ scheme: token, params: new Map() });
      i = afterToken;
      // The first parameter follows the scheme without a comma.
      if (i < line.length && line.charCodeAt(i) !== 44) continue;
    }
    i = skipLws(line, i);
    if (i >= line.length) break;
    if (line.charCodeAt(i) !== 44) throw malformed();
    i = skipLws(line, i + 1);
  }
  if (out.length === 0) throw malformed();
  return out;
}

function skipToken(line: string, start: number): number {
  let i = start;
  while (i < line.length && isTokenChar(line.charCodeAt(i))) i++;
  return i;
}

function readValue(line: string, start: number, name: string, into: AuthValue): number {
  let end: number;
  if (line.charCodeAt(start) === 34) {
    end = skipQuoted(line, start);
    if (end < 0) throw malformed();
  } else {
    end = start;
    while (end < line.length && line.charCodeAt(end) !== 44 && line.charCodeAt(end) > 32) end++;
    if (end === start) throw malformed();
  }
  const key = name.toLowerCase();
  if (into.params.has(key)) throw malformed();
  into.params.set(key, unquote(line.slice(start, end)));
  return end;
}

/** Parameters that are written without quotes (RFC 3261 §25.1, RFC 7616 §3.4). */
const UNQUOTED = new Set(['algorithm', 'stale', 'nc', 'userhash']);

/**
 * The value as a header line. `qop` is a list in a challenge (quoted) and one token in credentials
 * (not quoted).
 */
export function formatAuth(value: AuthValue, kind: 'challenge' | 'credentials'): string {
  const parts: string[] = [];
  for (const [name, text] of value.params) {
    const plain = UNQUOTED.has(name) || (name === 'qop' && kind === 'credentials');
    parts.push(`${name}=${plain ? text : quote(text)}`);
  }
  return `${value.scheme} ${parts.join(', ')}`;
}

function malformed(): ParseError {
  return new ParseError('header-value', 'Malformed authentication header field');
}
