import { findChar, isLws, isToken, skipLws, trimmedEnd } from './chars.ts';
import { formatParams, NO_PARAMS, type Params, parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';
import { type HostPort, parseHostPort } from './uri.ts';

/** One Via value (RFC 3261 §20.42). */
export interface Via {
  /** Upper case: `UDP`, `TCP`, `TLS`, … */
  transport: string;
  /** sent-by host, lower case, IPv6 in brackets. */
  host: string;
  /** sent-by port, absent when not written. */
  port: number | undefined;
  params: Params;
}

/** Every branch made by an RFC 3261 element starts with this (§8.1.1.7). */
export const MAGIC_COOKIE = 'z9hG4bK';

/**
 * Reads one Via value; white space is allowed around the slashes and the port's colon.
 *
 * @throws ParseError
 */
export function parseVia(value: string): Via {
  return readVia(value, 0, value.length);
}

/**
 * Reads the Via value `text[start, end)`.
 *
 * @throws ParseError
 */
export function readVia(text: string, start: number, end: number): Via {
  const known = text.startsWith('SIP/2.0/', start) && end - start > 8;
  const transportStart = known ? start + 8 : skipProtocol(text, start, end);
  let i = transportStart;
  while (i < end && !isLws(text.charCodeAt(i))) i++;
  if (!isToken(text, transportStart, i)) throw malformed();
  const transport = transportName(text, transportStart, i);
  const semi = findChar(text, ';', i, end);
  const from = skipLws(text, i, semi);
  const { host, port } = readSentBy(text, from, trimmedEnd(text, from, semi));
  const params = semi === end ? NO_PARAMS : parseParams(text, semi, 'Via', end);
  return { transport, host, port, params };
}

function transportName(text: string, start: number, end: number): string {
  if (end - start === 3) {
    for (const usual of USUAL) if (text.startsWith(usual, start)) return usual;
  }
  return text.slice(start, end).toUpperCase();
}

const USUAL = ['UDP', 'TCP', 'TLS'];

/** Index of the transport, behind `SIP / 2.0 /` in any spelling. */
function skipProtocol(text: string, start: number, end: number): number {
  const slash = findChar(text, '/', start, end);
  const slash2 = findChar(text, '/', slash + 1, end);
  // Another version is refused by the request line; here only tokens are required (§25.1).
  if (slash2 >= end || !isTrimmedToken(text, start, slash)) throw malformed();
  if (!isTrimmedToken(text, slash + 1, slash2)) throw malformed();
  return skipLws(text, slash2 + 1, end);
}

function isTrimmedToken(text: string, start: number, end: number): boolean {
  const from = skipLws(text, start, end);
  return isToken(text, from, trimmedEnd(text, from, end));
}

function readSentBy(text: string, start: number, end: number): HostPort {
  let i = start;
  while (i < end && !isLws(text.charCodeAt(i))) i++;
  try {
    if (i === end) return parseHostPort(text, start, end);
    return parseHostPort(closedUp(text, start, i, end));
  } catch (error) {
    if (error instanceof ParseError) throw malformed();
    throw error;
  }
}

/** A sent-by without the white space that is allowed around its colon; the first stands at `gap`. */
function closedUp(text: string, start: number, gap: number, end: number): string {
  const next = skipLws(text, gap, end);
  const head = text.slice(start, gap);
  if (head.endsWith(':')) return head + text.slice(next, end);
  if (text.charCodeAt(next) !== 58) throw malformed();
  return `${head}:${text.slice(skipLws(text, next + 1, end), end)}`;
}

/** The Via as a header value. */
export function formatVia(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`;
  return `SIP/2.0/${via.transport} ${via.host}${port}${formatParams(via.params)}`;
}

/**
 * Whether the branch identifies a transaction by itself. A bare magic cookie does not, it must be
 * matched like a message of RFC 2543 (RFC 4475 §3.2.1).
 */
export function hasUniqueBranch(via: Via): boolean {
  const branch = via.params.get('branch');
  if (branch === undefined || branch.length <= MAGIC_COOKIE.length) return false;
  if (branch.startsWith(MAGIC_COOKIE)) return true;
  return branch.slice(0, MAGIC_COOKIE.length).toLowerCase() === 'z9hg4bk';
}

function malformed(): ParseError {
  return new ParseError('header-value', 'Malformed Via header field');
}
