import { isToken } from './chars.ts';
import { canonicalName, headerInfo } from './header-names.ts';
import { splitList } from './list.ts';

/** One header line; never changed, but replaced by another. */
export class HeaderLine {
  /** Lower-case long form. */
  readonly key: string;
  /** As written. */
  readonly name: string;
  /** The raw value is `source[from, to)`. */
  readonly source: string;
  readonly from: number;
  readonly to: number;
  /** `name: ` stands right before it and CRLF behind, so that it can be written as it came. */
  readonly received: boolean;
  /** The whole line as it is written, of a line that many messages share. */
  readonly written: string | undefined;
  private text: string | undefined = undefined;

  constructor(
    key: string,
    name: string,
    source: string,
    from: number,
    to: number,
    received: boolean,
    written?: string,
  ) {
    this.key = key;
    this.name = name;
    this.source = source;
    this.from = from;
    this.to = to;
    this.received = received;
    this.written = written;
  }

  /** Raw value. */
  get value(): string {
    this.text ??= this.source.slice(this.from, this.to);
    return this.text;
  }
}

/** What can be added to a message: a shared line, or a name with its value. */
export type HeaderField = HeaderLine | readonly [name: string, value: string];

/**
 * Header fields in wire order, values kept as raw text with folded lines joined. Typed access parses
 * on demand, so a message that is only passed on is never taken apart: lines nobody touched are
 * written as they came, neighbours in one piece.
 *
 * Look-ups take the lower-case long form (`call-id`); compact forms were resolved on the way in.
 */
export class Headers {
  private readonly list: HeaderLine[] = [];

  get size(): number {
    return this.list.length;
  }

  /** First raw value. */
  get(key: string): string | undefined {
    return this.first(key)?.value;
  }

  has(key: string): boolean {
    return this.first(key) !== undefined;
  }

  /** How many lines have that name. */
  count(key: string): number {
    let count = 0;
    for (const line of this.list) if (line.key === key) count++;
    return count;
  }

  /** Raw values, one per header line. */
  lines(key: string): string[] {
    const out: string[] = [];
    for (const line of this.list) if (line.key === key) out.push(line.value);
    return out;
  }

  /**
   * All elements over all lines, split at commas (RFC 3261 §7.3.1).
   *
   * @throws ParseError for an empty element or an open quote
   */
  elements(key: string): string[] {
    const out: string[] = [];
    for (const line of this.list) {
      if (line.key !== key) continue;
      const { value } = line;
      if (!value.includes(',')) {
        if (value.trim() !== '') out.push(value);
      } else out.push(...splitList(value));
    }
    return out;
  }

  /**
   * Adds a line at the end.
   *
   * @throws TypeError for a name that is no token or a value with a line break (header injection)
   */
  append(name: string, value: string): this {
    this.list.push(ownLine(name, value));
    return this;
  }

  /** Adds a field: a line many messages share, or a name with its value; same errors as `append`. */
  add(field: HeaderField): this {
    if (field instanceof HeaderLine) this.list.push(field);
    else this.append(field[0], field[1]);
    return this;
  }

  /** Adds a line before all others; same errors as `append`. */
  prepend(name: string, value: string): this {
    this.list.unshift(ownLine(name, value));
    return this;
  }

  /** Replaces all lines of that name by one, in the place of the first; same errors as `append`. */
  set(name: string, value: string): this {
    const fresh = ownLine(name, value);
    const i = this.list.findIndex(({ key }) => key === fresh.key);
    const old = this.list[i];
    if (old === undefined) {
      this.list.push(fresh);
      return this;
    }
    this.list[i] = rewritten(old, value);
    for (let k = this.list.length - 1; k > i; k--) {
      if (this.list[k]?.key === fresh.key) this.list.splice(k, 1);
    }
    return this;
  }

  /** Removes all lines of that name. */
  remove(key: string): this {
    for (let i = this.list.length - 1; i >= 0; i--) {
      if (this.list[i]?.key === key) this.list.splice(i, 1);
    }
    return this;
  }

  /** Replaces the raw value of the first line of that name, which must exist. */
  replaceFirst(key: string, value: string): void {
    check(key, value);
    const i = this.list.findIndex((line) => line.key === key);
    const old = this.list[i];
    if (old !== undefined) this.list[i] = rewritten(old, value);
  }

  /** Takes over all lines of that name from another list, in their order. */
  copyFrom(other: Headers, key: string): this {
    for (const line of other.list) if (line.key === key) this.list.push(line);
    return this;
  }

  clone(): Headers {
    const copy = new Headers();
    for (const line of this.list) copy.list.push(line);
    return copy;
  }

  /** Name as written and raw value of every line. */
  *entries(): IterableIterator<[name: string, value: string]> {
    for (const line of this.list) yield [line.name, line.value];
  }

  /** For the parser, which has checked name and value already. */
  pushParsed(key: string, name: string, value: string): void {
    this.list.push(new HeaderLine(key, name, value, 0, value.length, false));
  }

  /**
   * For the parser: a value that is `source[from, to)`, with `name: ` right before it and CRLF behind.
   */
  pushReceived(key: string, name: string, source: string, from: number, to: number): void {
    this.list.push(new HeaderLine(key, name, source, from, to, true));
  }

  /** The header section as text, Content-Length replaced by (or completed with) the true one. */
  toText(contentLength: number): string {
    const { list } = this;
    const length = String(contentLength);
    let out = '';
    let seen = false;
    // A run of lines that stand behind each other in the text they came in.
    let source = '';
    let runFrom = 0;
    let runTo = 0;
    for (let i = 0; i < list.length; i++) {
      const line = list[i] as HeaderLine;
      if (line.written !== undefined && line.key !== 'content-length') {
        if (source !== '') out += `${source.slice(runFrom, runTo)}\r\n`;
        source = '';
        out += line.written;
        continue;
      }
      let text: string | undefined;
      if (line.key === 'content-length') {
        if (seen) continue;
        seen = true;
        if (!line.received || line.value !== length) text = length;
      } else if (!line.received) text = line.value;
      const from = line.from - line.name.length - 2;
      if (text === undefined && line.source === source && from === runTo + 2) {
        runTo = line.to;
        continue;
      }
      if (source !== '') out += `${source.slice(runFrom, runTo)}\r\n`;
      source = '';
      if (text !== undefined) out += `${line.name}: ${text}\r\n`;
      else {
        source = line.source;
        runFrom = from;
        runTo = line.to;
      }
    }
    if (source !== '') out += `${source.slice(runFrom, runTo)}\r\n`;
    return seen ? out : `${out}Content-Length: ${length}\r\n`;
  }

  /** First line of that name. */
  first(key: string): HeaderLine | undefined {
    const { list } = this;
    for (let i = 0; i < list.length; i++) {
      const line = list[i] as HeaderLine;
      if (line.key === key) return line;
    }
    return undefined;
  }
}

function rewritten(old: HeaderLine, value: string): HeaderLine {
  return new HeaderLine(old.key, old.name, value, 0, value.length, false);
}

/**
 * A line to be shared by many messages, such as what a user agent says of itself in all of them.
 *
 * @throws TypeError, see `append`
 */
export function sharedLine(name: string, value: string): HeaderLine {
  check(name, value);
  // Through bytes, so that the text is one piece however it was put together.
  const written = Buffer.from(`${name}: ${value}\r\n`).toString();
  return new HeaderLine(canonicalName(name), name, value, 0, value.length, false, written);
}

function ownLine(name: string, value: string): HeaderLine {
  const key = check(name, value);
  return new HeaderLine(key, name, value, 0, value.length, false);
}

/** Gives the canonical name. */
function check(name: string, value: string): string {
  const { key, known } = headerInfo(name);
  if (!known && !isToken(name)) throw new TypeError('header name is not a token');
  if (value.includes('\n') || value.includes('\r')) {
    throw new TypeError(`line break in the value of ${name}`);
  }
  return key;
}
