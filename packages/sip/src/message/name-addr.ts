import {
  findChar,
  isLws,
  isTokenChar,
  quote,
  skipLws,
  skipQuoted,
  trimmedEnd,
  unquote,
} from './chars.ts';
import { formatParams, NO_PARAMS, type Params, parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';
import { parseUri, readUri, type Uri } from './uri.ts';

/** An address with an optional display name and header parameters (RFC 3261 §20.10, §25.1). */
export interface NameAddr {
  /** Plain text without quotes; `''` when absent. */
  displayName: string;
  uri: Uri;
  /** The URI exactly as it was written. */
  uriText: string;
  /** Header parameters such as `tag`, `expires`, `q`. */
  params: Params;
}

/**
 * Reads one `name-addr` or `addr-spec` with header parameters, as in From, To, Contact, Route.
 * Without angle brackets a semicolon starts header parameters, and `?` and `,` are not allowed in
 * the URI (RFC 3261 §20).
 *
 * @param header name for the error text
 * @throws ParseError
 */
export function parseNameAddr(value: string, header = 'address'): NameAddr {
  return readNameAddr(value, 0, value.length, header);
}

/**
 * Reads the address that is `text[start, end)`; see `parseNameAddr`.
 *
 * @throws ParseError
 */
export function readNameAddr(text: string, start: number, end: number, header: string): NameAddr {
  let i = skipLws(text, start, end);
  let displayName = '';
  if (text.charCodeAt(i) === 34 && i < end) {
    const close = skipQuoted(text, i, end);
    if (close < 0) throw malformed(header);
    displayName = unquote(text.slice(i, close));
    i = skipLws(text, close, end);
    if (i >= end || text.charCodeAt(i) !== 60) throw malformed(header);
  } else {
    const open = findChar(text, '<', i, end);
    if (open === end) return readAddrSpec(text, i, end, header);
    for (let k = i; k < open; k++) {
      const c = text.charCodeAt(k);
      if (!isTokenChar(c) && !isLws(c)) throw malformed(header);
    }
    if (open > i) displayName = text.slice(i, trimmedEnd(text, i, open));
    i = open;
  }
  const close = findChar(text, '>', i, end);
  if (close === end) throw malformed(header);
  return {
    displayName,
    uri: readUri(text, i + 1, close),
    uriText: text.slice(i + 1, close),
    params: parseParams(text, close + 1, header, end),
  };
}

function readAddrSpec(text: string, start: number, end: number, header: string): NameAddr {
  const semi = findChar(text, ';', start, end);
  const uriText = text.slice(start, semi).trimEnd();
  if (uriText.includes('?') || uriText.includes(',')) throw malformed(header);
  const params = semi === end ? NO_PARAMS : parseParams(text, semi, header, end);
  return { displayName: '', uri: parseUri(uriText), uriText, params };
}

/** The address as a header value, always with angle brackets. */
export function formatNameAddr(address: Omit<NameAddr, 'uri'>): string {
  const name = address.displayName === '' ? '' : `${quote(address.displayName)} `;
  return `${name}<${address.uriText}>${formatParams(address.params)}`;
}

/** The `tag` of a From or To value; `''` when it has none (RFC 2543 peers). */
export function tagOf(address: NameAddr): string {
  return address.params.get('tag') ?? '';
}

function malformed(header: string): ParseError {
  return new ParseError('header-value', `Malformed ${header}`);
}
