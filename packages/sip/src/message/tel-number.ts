import { ParseError } from './parse-error.ts';
import type { TelUri } from './uri.ts';

/** A tel: URI taken apart (RFC 3966 §3). */
export interface TelNumber {
  /** Begins with `+`: good everywhere. A local number is good in its context only. */
  global: boolean;
  /** Without visual separators, letters in lower case; `+` kept. */
  digits: string;
  /** `phone-context` of a local number: a domain or the digits of a global prefix. */
  context: string | undefined;
  /** `ext`, without visual separators. */
  extension: string | undefined;
  /** `isub` as written. */
  subaddress: string | undefined;
}

const GLOBAL = /^\+[0-9().-]+$/;
const LOCAL = /^[0-9A-Fa-f*#().-]+$/;
const CONTEXT_DOMAIN = /^(?:[A-Za-z0-9-]+\.)*[A-Za-z][A-Za-z0-9-]*\.?$/;

/**
 * Takes a tel: URI apart and checks it in full; `parseUri` is lenient, as devices leave away
 * `phone-context`, which `requireContext` makes an error.
 *
 * @throws ParseError
 */
export function parseTelNumber(uri: TelUri, requireContext = false): TelNumber {
  const global = uri.number.startsWith('+');
  if (!(global ? isGlobal(uri.number) : isLocal(uri.number))) throw bad('number');
  const context = uri.params.get('phone-context');
  if (context !== undefined && !isGlobal(context) && !CONTEXT_DOMAIN.test(context)) {
    throw bad('phone-context');
  }
  if (global && context !== undefined) throw bad('phone-context of a global number');
  if (!global && context === undefined && requireContext) throw bad('phone-context missing');
  const extension = uri.params.get('ext');
  if (extension !== undefined && !/^[0-9().-]+$/.test(extension)) throw bad('ext');
  const subaddress = uri.params.get('isub');
  // RFC 3966 §3: a number has one of the two at most.
  if (extension !== undefined && subaddress !== undefined) throw bad('ext beside isub');
  return {
    global,
    digits: bare(uri.number),
    context: context?.startsWith('+') === true ? bare(context) : context?.toLowerCase(),
    extension: extension === undefined ? undefined : bare(extension),
    subaddress,
  };
}

/**
 * Whether two tel: URIs mean the same (RFC 3966 §4): digits without separators, and equal parameters
 * in any order; `ext` and `phone-context` without separators and case.
 */
export function telEquals(a: TelUri, b: TelUri): boolean {
  if (bare(a.number) !== bare(b.number) || a.params.size !== b.params.size) return false;
  for (const [name, value] of a.params) {
    const other = b.params.get(name);
    if (other === undefined || comparable(name, value) !== comparable(name, other)) return false;
  }
  return true;
}

function isGlobal(text: string): boolean {
  return GLOBAL.test(text) && /[0-9]/.test(text);
}

function isLocal(text: string): boolean {
  return LOCAL.test(text) && /[0-9A-Fa-f*#]/.test(text);
}

function comparable(name: string, value: string): string {
  const number = name === 'ext' || (name === 'phone-context' && value.startsWith('+'));
  return number ? bare(value) : value.toLowerCase();
}

function bare(number: string): string {
  return number.replace(/[().-]/g, '').toLowerCase();
}

function bad(what: string): ParseError {
  return new ParseError('uri', `Malformed tel: URI: ${what}`);
}
