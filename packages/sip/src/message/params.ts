import { isTokenChar, skipLws, skipQuoted } from './chars.ts';
import { ParseError } from './parse-error.ts';

/**
 * Header or URI parameters: lower-case name to value as written (a quoted string keeps its quotes).
 * A parameter without a value has the value `''`.
 */
export type Params = ReadonlyMap<string, string>;

/** Shared by everything without parameters. */
export const NO_PARAMS: Params = new Map();

/** Where the parameter just read stands; reading makes no objects. */
const at = { nameStart: 0, nameEnd: 0, valueStart: 0, valueEnd: 0 };

/** Reads one parameter that begins at `i`, notes it in `at`, gives the index behind it or -1. */
type Reader = (text: string, i: number, end: number) => number;

/**
 * Parameters that stay text until they are asked for: of the dozen in a message two or three ever
 * are, and finding those in the text costs less than a table of all.
 */
class TextParams implements ReadonlyMap<string, string> {
  private readonly text: string;
  private readonly start: number;
  private readonly end: number;
  private readonly read: Reader;

  constructor(text: string, start: number, end: number, read: Reader) {
    this.text = text;
    this.start = start;
    this.end = end;
    this.read = read;
  }

  get(name: string): string | undefined {
    return this.find(name) ? this.text.slice(at.valueStart, at.valueEnd) : undefined;
  }

  has(name: string): boolean {
    return this.find(name);
  }

  get size(): number {
    return this.table().size;
  }

  forEach(callback: (value: string, name: string, map: Params) => void): void {
    for (const [name, value] of this.table()) callback(value, name, this);
  }

  entries(): MapIterator<[string, string]> {
    return this.table().entries();
  }

  keys(): MapIterator<string> {
    return this.table().keys();
  }

  values(): MapIterator<string> {
    return this.table().values();
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }

  /** Whether there is one; the first of two equal names is left in `at`. */
  private find(name: string): boolean {
    const { text, end, read } = this;
    for (let i = this.start; i < end; ) {
      i = read(text, i, end);
      if (at.nameEnd - at.nameStart === name.length && sameName(text, at.nameStart, name)) {
        return true;
      }
    }
    return false;
  }

  private table(): Map<string, string> {
    const { text, end, read } = this;
    const table = new Map<string, string>();
    for (let i = this.start; i < end; ) {
      i = read(text, i, end);
      const name = text.slice(at.nameStart, at.nameEnd).toLowerCase();
      if (!table.has(name)) table.set(name, text.slice(at.valueStart, at.valueEnd));
    }
    return table;
  }
}

/** Whether `name`, which is in lower case, stands at `start` in any case. */
function sameName(text: string, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const c = text.charCodeAt(start + i);
    if ((c >= 65 && c <= 90 ? c + 32 : c) !== name.charCodeAt(i)) return false;
  }
  return true;
}

/** True for characters that end an unquoted parameter value. */
function endsValue(c: number): boolean {
  return c === 59 || c === 44 || c === 34 || c === 60 || c === 62 || c < 33;
}

/**
 * Reads `*( ";" name [ "=" value ] )` in `text[start, end)`, white space allowed around both
 * separators (RFC 3261 §25.1 generic-param). The first of two equal names counts.
 *
 * @throws ParseError for an empty parameter, an open quote or anything left over
 */
export function parseParams(
  text: string,
  start: number,
  header: string,
  end = text.length,
): Params {
  const first = skipLws(text, start, end);
  if (first >= end) return NO_PARAMS;
  for (let i = first; i < end; ) {
    i = readHeaderParam(text, i, end);
    if (i < 0) throw new ParseError('header-value', `Malformed ${header} parameter`);
  }
  return new TextParams(text, first, end, readHeaderParam);
}

function readHeaderParam(text: string, from: number, end: number): number {
  if (text.charCodeAt(from) !== 59) return -1;
  let i = skipLws(text, from + 1, end);
  at.nameStart = i;
  while (i < end && isTokenChar(text.charCodeAt(i))) i++;
  if (i === at.nameStart) return -1;
  at.nameEnd = i;
  i = skipLws(text, i, end);
  at.valueStart = i;
  at.valueEnd = i;
  if (i >= end || text.charCodeAt(i) !== 61) return i;
  i = skipLws(text, i + 1, end);
  at.valueStart = i;
  if (i < end && text.charCodeAt(i) === 34) {
    i = skipQuoted(text, i, end);
    if (i < 0) return -1;
  } else {
    while (i < end && !endsValue(text.charCodeAt(i))) i++;
    if (i === at.valueStart) return -1;
  }
  at.valueEnd = i;
  return skipLws(text, i, end);
}

/**
 * Reads `*( ";" name [ "=" value ] )` of a URI in `text[start, end)`, without white space and quotes.
 * The first of two equal names counts.
 *
 * @throws ParseError for an empty parameter
 */
export function parseUriParams(text: string, start: number, end: number): Params {
  if (start >= end) return NO_PARAMS;
  for (let i = start; i < end; ) {
    i = readUriParam(text, i, end);
    if (i < 0) throw new ParseError('uri', 'Malformed URI: empty parameter');
  }
  return new TextParams(text, start, end, readUriParam);
}

function readUriParam(text: string, from: number, end: number): number {
  let i = from + 1;
  let equals = -1;
  for (; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === 59) break;
    if (c === 61 && equals < 0) equals = i;
  }
  at.nameStart = from + 1;
  at.nameEnd = equals < 0 ? i : equals;
  if (at.nameEnd === at.nameStart) return -1;
  at.valueStart = equals < 0 ? i : equals + 1;
  at.valueEnd = i;
  return i;
}

/** Parameters as they are written behind a value, each with its leading semicolon. */
export function formatParams(params: Params): string {
  let out = '';
  for (const [name, value] of params) out += value === '' ? `;${name}` : `;${name}=${value}`;
  return out;
}
