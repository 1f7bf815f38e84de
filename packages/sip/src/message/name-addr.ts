import { isLws, isTokenChar, quote, skipLws, skipQuoted, unquote } from './chars.ts';
import { formatParams, NO_PARAMS, type Params, parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';
import { parseUri, type Uri } from './uri.ts';

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
  let i = skipLws(value, 0);
  let displayName = '';
  if (value.charCodeAt(i) === 34) {
    const end = skipQuoted(value, i);
    if (end < 0) throw malformed(header);
    displayName = unquote(value.slice(i, end));
    i = skipLws(value, end);
    if (value.charCodeAt(i) !== 60) throw malformed(header);
  } else {
    const open = value.indexOf('<', i);
    if (open < 0) return parseAddrSpec(value, i, header);
    for (let k = i; k < open; k++) {
      const c = value.charCodeAt(k);
      if (!isTokenChar(c) && !isLws(c)) throw malformed(header);
    }
    displayName = value.slice(i, open).trimEnd();
    i = open;
  }
  const close = value.indexOf('>', i);
  if (close < 0) throw malformed(header);
  const uriText = value.slice(i + 1, close);
  return {
    displayName,
    uri: parseUri(uriText),
    uriText,
    params: parseParams(value, close + 1, header),
  };
}

function parseAddrSpec(value: string, start: number, header: string): NameAddr {
  const semi = value.indexOf(';', start);
  const uriText = value.slice(start, semi < 0 ? value.length : semi).trimEnd();
  if (uriText.includes('?') || uriText.includes(',')) throw malformed(header);
  const params = semi < 0 ? NO_PARAMS : parseParams(value, semi, header);
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
