import { isToken } from './chars.ts';
import { canonicalName } from './header-names.ts';
import { splitList } from './list.ts';

/**
 * Header fields in wire order, values kept as raw text with folded lines joined. Typed access parses
 * on demand, so a message that is only passed on is never taken apart.
 *
 * Look-ups take the lower-case long form (`call-id`); compact forms were resolved on the way in.
 */
export class Headers {
  private readonly keys: string[] = [];
  private readonly names: string[] = [];
  private readonly values: string[] = [];

  get size(): number {
    return this.keys.length;
  }

  /** First raw value. */
  get(key: string): string | undefined {
    const i = this.keys.indexOf(key);
    return i < 0 ? undefined : this.values[i];
  }

  has(key: string): boolean {
    return this.keys.includes(key);
  }

  /** Raw values, one per header line. */
  lines(key: string): string[] {
    const out: string[] = [];
    for (let i = this.keys.indexOf(key); i >= 0; i = this.keys.indexOf(key, i + 1)) {
      out.push(this.values[i] as string);
    }
    return out;
  }

  /**
   * All elements over all lines, split at commas (RFC 3261 §7.3.1).
   *
   * @throws ParseError for an empty element or an open quote
   */
  elements(key: string): string[] {
    const out: string[] = [];
    for (const line of this.lines(key)) {
      if (line.trim() !== '') out.push(...splitList(line));
    }
    return out;
  }

  /**
   * Adds a line at the end.
   *
   * @throws TypeError for a name that is no token or a value with a line break (header injection)
   */
  append(name: string, value: string): this {
    check(name, value);
    this.pushParsed(canonicalName(name), name, value);
    return this;
  }

  /** Adds a line before all others; same errors as `append`. */
  prepend(name: string, value: string): this {
    check(name, value);
    this.keys.unshift(canonicalName(name));
    this.names.unshift(name);
    this.values.unshift(value);
    return this;
  }

  /** Replaces all lines of that name by one, in the place of the first; same errors as `append`. */
  set(name: string, value: string): this {
    check(name, value);
    const key = canonicalName(name);
    const i = this.keys.indexOf(key);
    if (i < 0) return this.append(name, value);
    this.values[i] = value;
    for (let k = this.keys.lastIndexOf(key); k > i; k = this.keys.lastIndexOf(key)) this.drop(k);
    return this;
  }

  /** Removes all lines of that name. */
  remove(key: string): this {
    for (let i = this.keys.lastIndexOf(key); i >= 0; i = this.keys.lastIndexOf(key)) this.drop(i);
    return this;
  }

  /** Replaces the raw value of the first line of that name, which must exist. */
  replaceFirst(key: string, value: string): void {
    check(key, value);
    const i = this.keys.indexOf(key);
    if (i >= 0) this.values[i] = value;
  }

  /** Takes over all lines of that name from another list, in their order. */
  copyFrom(other: Headers, key: string): this {
    for (let i = other.keys.indexOf(key); i >= 0; i = other.keys.indexOf(key, i + 1)) {
      this.pushParsed(key, other.names[i] as string, other.values[i] as string);
    }
    return this;
  }

  clone(): Headers {
    const copy = new Headers();
    for (let i = 0; i < this.keys.length; i++) {
      copy.pushParsed(this.keys[i] as string, this.names[i] as string, this.values[i] as string);
    }
    return copy;
  }

  /** Name as written and raw value of every line. */
  *entries(): IterableIterator<[name: string, value: string]> {
    for (let i = 0; i < this.keys.length; i++) {
      yield [this.names[i] as string, this.values[i] as string];
    }
  }

  /** For the parser, which has checked name and value already. */
  pushParsed(key: string, name: string, value: string): void {
    this.keys.push(key);
    this.names.push(name);
    this.values.push(value);
  }

  /** The header section as text, Content-Length replaced by (or completed with) the true one. */
  toText(contentLength: number): string {
    const { keys, names, values } = this;
    let out = '';
    let seen = false;
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] === 'content-length') {
        if (seen) continue;
        seen = true;
        out += `${names[i]}: ${contentLength}\r\n`;
      } else {
        out += `${names[i]}: ${values[i]}\r\n`;
      }
    }
    return seen ? out : `${out}Content-Length: ${contentLength}\r\n`;
  }

  private drop(i: number): void {
    this.keys.splice(i, 1);
    this.names.splice(i, 1);
    this.values.splice(i, 1);
  }
}

function check(name: string, value: string): void {
  if (!isToken(name)) throw new TypeError('header name is not a token');
  if (value.includes('\n') || value.includes('\r')) {
    throw new TypeError(`line break in the value of ${name}`);
  }
}
