import { ipv6Octets } from './ipv6.ts';
import { telEquals } from './tel-number.ts';
import { formatUri, type SipUri, type Uri, unescapeText, userOf } from './uri.ts';

/** Parameters that count even when only one of the URIs has them. */
const COMPARED_PARAMS = ['user', 'ttl', 'method', 'maddr', 'transport'];

/**
 * Whether two URIs are equivalent (RFC 3261 §19.1.4, RFC 3966 §4): user and password case-sensitive
 * with escapes undone, the rest case-insensitive; a parameter in only one URI is ignored unless it is
 * `user`, `ttl`, `method`, `maddr` or `transport`; header fields in any order; an IPv6 address in any
 * spelling (RFC 5954 §4).
 */
export function uriEquals(a: Uri, b: Uri): boolean {
  if (a.kind === 'tel' && b.kind === 'tel') return telEquals(a, b);
  if (a.kind !== 'sip' || b.kind !== 'sip') return formatUri(a) === formatUri(b);
  return (
    a.scheme === b.scheme &&
    a.port === b.port &&
    sameHost(a.host, b.host) &&
    userOf(a) === userOf(b) &&
    (a.user === undefined) === (b.user === undefined) &&
    unescapeText(a.password ?? '') === unescapeText(b.password ?? '') &&
    sameParams(a, b) &&
    sameHeaders(a.headers, b.headers)
  );
}

function sameParams(a: SipUri, b: SipUri): boolean {
  for (const name of COMPARED_PARAMS) {
    if (a.params.get(name)?.toLowerCase() !== b.params.get(name)?.toLowerCase()) return false;
  }
  for (const [name, value] of a.params) {
    const other = b.params.get(name);
    if (other === undefined || other === value) continue;
    if (unescapeText(other).toLowerCase() !== unescapeText(value).toLowerCase()) return false;
  }
  return true;
}

/** Header fields are never ignored; names without case, values with their escapes undone. */
function sameHeaders(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && sortedHeaders(a) === sortedHeaders(b);
}

function sortedHeaders(headers: string): string {
  return headers
    .split('&')
    .map((field) => {
      const [name = '', ...value] = field.split('=');
      return `${unescapeText(name).toLowerCase()}=${unescapeText(value.join('='))}`;
    })
    .sort()
    .join('&');
}

function sameHost(a: string, b: string): boolean {
  if (a === b) return true;
  if (!a.startsWith('[') || !b.startsWith('[')) return false;
  return String(ipv6Octets(a.slice(1, -1))) === String(ipv6Octets(b.slice(1, -1)));
}
