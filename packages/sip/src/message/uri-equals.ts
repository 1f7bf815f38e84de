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
  return a.startsWith('[') && b.startsWith('[') && expanded(a) === expanded(b);
}

/** An IPv6 reference with all its groups, zeros in front taken off. */
function expanded(reference: string): string {
  let text = reference.slice(1, -1);
  const quad = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (quad !== null) {
    const word = (high: number, low: number) =>
      (Number(quad[high]) * 256 + Number(quad[low])).toString(16);
    text = `${quad[1]}${word(2, 3)}:${word(4, 5)}`;
  }
  const [head = '', tail] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const before = groups(head);
  const after = groups(tail ?? '');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(missing).fill('0'), ...after]
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
