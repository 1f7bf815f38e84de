import { findChar, isDigits } from './chars.ts';
import { ipv6Octets } from './ipv6.ts';
import { formatParams, type Params, parseUriParams } from './params.ts';
import { ParseError } from './parse-error.ts';

/** `sip:` or `sips:` (RFC 3261 §19.1). User and password keep their escapes. */
export interface SipUri {
  kind: 'sip';
  scheme: 'sip' | 'sips';
  /** Escaped as on the wire; `userOf` gives the plain text. `undefined` without a user part. */
  user: string | undefined;
  password: string | undefined;
  /** Host name, IPv4 address, or IPv6 address in brackets, lower case. */
  host: string;
  port: number | undefined;
  params: Params;
  /** What stands behind `?`, unread. */
  headers: string | undefined;
}

/** `tel:` (RFC 3966). */
export interface TelUri {
  kind: 'tel';
  scheme: 'tel';
  /** As written, with visual separators. */
  number: string;
  params: Params;
}

/** Any other absolute URI; only its scheme is understood. */
export interface OtherUri {
  kind: 'other';
  scheme: string;
  opaque: string;
}

export type Uri = SipUri | TelUri | OtherUri;

const MAX_PORT = 65_535;

/** 1: in no URI (controls, space, quotes, angle brackets; RFC 3986 §2). 2: a delimiter of `sip:`. */
const CLASS = new Uint8Array(128).fill(1, 0, 33);
for (const c of '"<>\x7f') CLASS[c.charCodeAt(0)] = 1;
for (const c of ':;?@%') CLASS[c.charCodeAt(0)] = 2;

/**
 * Reads a URI.
 *
 * @throws ParseError when it is not an absolute URI, or breaks the rules of its scheme
 */
export function parseUri(text: string): Uri {
  return readUri(text, 0, text.length);
}

/**
 * Reads the URI that is `text[start, end)`.
 *
 * @throws ParseError, see `parseUri`
 */
export function readUri(text: string, start: number, end: number): Uri {
  if (end - start > 4 && text.startsWith('sip:', start))
    return readSip('sip', text, start + 4, end);
  const own = start === 0 && end === text.length ? text : text.slice(start, end);
  const colon = own.indexOf(':');
  if (colon <= 0) throw bad('scheme missing');
  const scheme = own.slice(0, colon).toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return readSip(scheme, own, colon + 1, own.length);
  for (let i = 0; i < own.length; i++) {
    if (CLASS[own.charCodeAt(i)] === 1) throw bad('illegal character');
  }
  if (scheme === 'tel') return parseTel(own, colon + 1);
  if (!/^[a-z][a-z0-9+.-]*$/.test(scheme) || colon + 1 === own.length) throw bad('bad scheme');
  return { kind: 'other', scheme, opaque: own.slice(colon + 1) };
}

function readSip(scheme: 'sip' | 'sips', text: string, start: number, stop: number): SipUri {
  // One pass finds all delimiters. An unescaped "@" occurs nowhere but behind the user part, which
  // itself may hold ; ? and /, so ; and ? seen before it do not count.
  let at = -1;
  let colon = -1;
  let semi = -1;
  let question = -1;
  let escaped = false;
  for (let i = start; i < stop; i++) {
    const c = text.charCodeAt(i);
    if (c > 127) continue;
    const kind = CLASS[c];
    if (kind === 0) continue;
    if (kind === 1) throw bad('illegal character');
    if (c === 64) {
      if (at >= 0) throw bad('second "@"');
      at = i;
      semi = -1;
      question = -1;
    } else if (c === 58) {
      if (colon < 0) colon = i;
    } else if (c === 59) {
      if (semi < 0 && question < 0) semi = i;
    } else if (c === 63) {
      if (question < 0) question = i;
    } else {
      escaped = true;
    }
  }
  const end = question < 0 ? stop : question;
  if (semi < 0) semi = end;
  const { host, port } = parseHostPort(text, at < 0 ? start : at + 1, semi);
  let user: string | undefined;
  let password: string | undefined;
  if (at >= 0) {
    const userEnd = colon >= 0 && colon < at ? colon : at;
    if (userEnd === start) throw bad('empty user');
    user = text.slice(start, userEnd);
    if (userEnd < at) password = text.slice(userEnd + 1, at);
    if (escaped) checkEscapes(text.slice(start, at));
  }
  return {
    kind: 'sip',
    scheme,
    user,
    password,
    host,
    port,
    params: parseUriParams(text, semi, end),
    headers: question < 0 ? undefined : text.slice(question + 1, stop),
  };
}

function parseTel(text: string, start: number): TelUri {
  let semi = text.indexOf(';', start);
  if (semi < 0) semi = text.length;
  const number = text.slice(start, semi);
  if (!/^\+?[0-9A-Fa-f*#().-]+$/.test(number)) throw bad('telephone number');
  return { kind: 'tel', scheme: 'tel', number, params: parseUriParams(text, semi, text.length) };
}

function checkEscapes(text: string): void {
  for (let i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
    if (!/^[0-9A-Fa-f]{2}$/.test(text.slice(i + 1, i + 3))) throw bad('escape');
  }
}

/**
 * 1: small letters, digits, hyphen, dot, and underscores, which are no host characters but met in
 * private networks. 2: capitals.
 */
const HOST = new Uint8Array(128);
for (const c of 'abcdefghijklmnopqrstuvwxyz0123456789-._') HOST[c.charCodeAt(0)] = 1;
for (const c of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') HOST[c.charCodeAt(0)] = 2;

/** Host, lower case and with brackets if it is IPv6, and port. */
export interface HostPort {
  host: string;
  port: number | undefined;
}

/**
 * Reads `host [ ":" port ]` in `text[start, end)`; white space is not allowed.
 *
 * @throws ParseError for an empty or malformed host, or a port out of range
 */
export function parseHostPort(text: string, start = 0, end = text.length): HostPort {
  let i = start;
  let capitals = false;
  if (text.charCodeAt(i) === 91) {
    i = findChar(text, ']', i, end) + 1;
    if (i > end || ipv6Octets(text.slice(start + 1, i - 1)) === undefined) {
      throw bad('IPv6 reference');
    }
    capitals = true;
  } else {
    for (; i < end; i++) {
      const kind = HOST[text.charCodeAt(i)];
      if (kind === 2) capitals = true;
      else if (kind !== 1) break;
    }
    if (i === start) throw bad('host');
  }
  const raw = text.slice(start, i);
  const host = capitals ? raw.toLowerCase() : raw;
  if (i === end) return { host, port: undefined };
  if (text.charCodeAt(i) !== 58) throw bad('host');
  if (end - i > 6 || !isDigits(text, i + 1, end)) throw bad('port');
  let port = 0;
  for (let k = i + 1; k < end; k++) port = port * 10 + text.charCodeAt(k) - 48;
  if (port > MAX_PORT) throw bad('port');
  return { host, port };
}

/** The URI as text. */
export function formatUri(uri: Uri): string {
  if (uri.kind === 'other') return `${uri.scheme}:${uri.opaque}`;
  if (uri.kind === 'tel') return `tel:${uri.number}${formatParams(uri.params)}`;
  const password = uri.password === undefined ? '' : `:${uri.password}`;
  const user = uri.user === undefined ? '' : `${uri.user}${password}@`;
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  const headers = uri.headers === undefined ? '' : `?${uri.headers}`;
  return `${uri.scheme}:${user}${uri.host}${port}${formatParams(uri.params)}${headers}`;
}

/** User part (of `sip:`, `sips:`) or number (of `tel:`) as plain text; `''` when there is none. */
export function userOf(uri: Uri): string {
  if (uri.kind === 'tel') return uri.number;
  if (uri.kind === 'other' || uri.user === undefined) return '';
  return unescapeText(uri.user);
}

/** Text with its escapes undone; as it is when they are not UTF-8. */
export function unescapeText(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // Escapes that are not UTF-8 cannot be shown as text; the escaped form still identifies them.
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** Escapes plain text for the user part of a SIP URI (RFC 3261 §25.1 user). */
export function escapeUser(text: string): string {
  if (isPlainUser(text)) return text;
  return encodeURIComponent(text).replace(/%(2B|26|3D|24|2C|3B|3F|2F)/g, (all) =>
    decodeURIComponent(all),
  );
}

/** Whether nothing has to be escaped: letters, digits and marks (RFC 3261 §25.1 unreserved). */
function isPlainUser(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (PLAIN[text.charCodeAt(i)] !== 1) return false;
  }
  return true;
}

const PLAIN = new Uint8Array(128);
for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()+") {
  PLAIN[c.charCodeAt(0)] = 1;
}

/** Host without the brackets of an IPv6 reference, as sockets want it. */
export function bareHost(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

/** Host for use in a URI or Via: an IPv6 address gets brackets. */
export function bracketHost(address: string): string {
  return address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
}

function bad(what: string): ParseError {
  return new ParseError('uri', `Malformed URI: ${what}`);
}
