/**
 * Bencoding as rtpengine's ng protocol uses it: integers, octet strings, lists and dictionaries.
 * Strings are UTF-8 here, since all the protocol carries is text.
 */

export type Bencodable =
  | number
  | string
  | readonly Bencodable[]
  | { readonly [key: string]: Bencodable | undefined };

/** A decoded value. */
export type Bencoded = number | string | Bencoded[] | BencodedDictionary;

export interface BencodedDictionary {
  [key: string]: Bencoded;
}

/** Deepest nesting read: replies nest five levels. */
const MAX_DEPTH = 32;

/** Encodes a value; keys are sorted, undefined ones left out. @throws RangeError for fractions */
export function encodeBencode(value: Bencodable): Buffer {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: Bencodable, parts: Buffer[]): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError('bencode carries whole numbers only');
    parts.push(Buffer.from(`i${value}e`));
  } else if (typeof value === 'string') {
    const octets = Buffer.from(value);
    parts.push(Buffer.from(`${octets.length}:`), octets);
  } else if (isList(value)) {
    parts.push(Buffer.from('l'));
    for (const item of value) write(item, parts);
    parts.push(Buffer.from('e'));
  } else {
    parts.push(Buffer.from('d'));
    for (const [key, item] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (item === undefined) continue;
      write(key, parts);
      write(item, parts);
    }
    parts.push(Buffer.from('e'));
  }
}

function isList(value: Bencodable): value is readonly Bencodable[] {
  return Array.isArray(value);
}

/** Decodes exactly one value. @throws RangeError when the octets are no bencoded value */
export function decodeBencode(octets: Uint8Array): Bencoded {
  const reader = new Reader(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength));
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #octets: Buffer;
  #at = 0;

  constructor(octets: Buffer) {
    this.#octets = octets;
  }

  value(depth: number): Bencoded {
    if (depth > MAX_DEPTH) throw new RangeError('bencode nested too deeply');
    const kind = this.#octets[this.#at];
    if (kind === 0x69 /* i */) {
      this.#at++;
      return this.#integer(0x65);
    }
    if (kind === 0x6c /* l */) {
      this.#at++;
      const list: Bencoded[] = [];
      while (!this.#isClosed()) list.push(this.value(depth + 1));
      return list;
    }
    if (kind === 0x64 /* d */) {
      this.#at++;
      // Without a prototype: keys come from outside.
      const dictionary: BencodedDictionary = Object.create(null);
      while (!this.#isClosed()) {
        const key = this.#string();
        dictionary[key] = this.value(depth + 1);
      }
      return dictionary;
    }
    return this.#string();
  }

  end(): void {
    if (this.#at !== this.#octets.length) throw new RangeError('octets after the bencoded value');
  }

  #isClosed(): boolean {
    if (this.#octets[this.#at] !== 0x65 /* e */) return false;
    this.#at++;
    return true;
  }

  #integer(terminator: number): number {
    const end = this.#octets.indexOf(terminator, this.#at);
    const text = end < 0 ? '' : this.#octets.toString('latin1', this.#at, end);
    if (!/^-?\d{1,20}$/.test(text)) throw new RangeError('bencoded integer malformed');
    this.#at = end + 1;
    return Number(text);
  }

  #string(): string {
    const length = this.#integer(0x3a /* : */);
    const end = this.#at + length;
    if (length < 0 || end > this.#octets.length) throw new RangeError('bencoded string cut');
    const text = this.#octets.toString('utf8', this.#at, end);
    this.#at = end;
    return text;
  }
}
