import { isLws, isToken, skipLws } from './chars.ts';
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
  const transportStart = value.startsWith('SIP/2.0/') ? 8 : skipProtocol(value);
  let i = transportStart;
  while (i < value.length && !isLws(value.charCodeAt(i))) i++;
  if (!isToken(value, transportStart, i)) throw malformed();
  const transport = value.slice(transportStart, i).toUpperCase();
  const semi = value.indexOf(';', i);
  const sentBy = value.slice(i, semi < 0 ? value.length : semi).trim();
  const hostPort = parseSentBy(sentBy);
  const params = semi < 0 ? NO_PARAMS : parseParams(value, semi, 'Via');
  return { transport, host: hostPort.host, port: hostPort.port, params };
}

/** Index of the transport, behind `SIP / 2.0 /` in any spelling. */
function skipProtocol(value: string): number {
  const slash = value.indexOf('/');
  const slash2 = slash < 0 ? -1 : value.indexOf('/', slash + 1);
  if (slash2 < 0) throw malformed();
  // Another version is refused by the request line; here only tokens are required (§25.1).
  if (!isToken(value.slice(0, slash).trim()) || !isToken(value.slice(slash + 1, slash2).trim())) {
    throw malformed();
  }
  return skipLws(value, slash2 + 1);
}

function parseSentBy(text: string): HostPort {
  try {
    return parseHostPort(text.includes(' ') || text.includes('\t') ? closeUp(text) : text);
  } catch (error) {
    if (error instanceof ParseError) throw malformed();
    throw error;
  }
}

/** White space is allowed around the colon of a sent-by. */
function closeUp(text: string): string {
  return text.replace(/[ \t]*:[ \t]*/, ':');
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
  return (
    branch !== undefined &&
    branch.length > MAGIC_COOKIE.length &&
    branch.slice(0, MAGIC_COOKIE.length).toLowerCase() === 'z9hg4bk'
  );
}

function malformed(): ParseError {
  return new ParseError('header-value', 'Malformed Via header field');
}
