import { findChar, isDigits } from './chars.ts';
import { type Contacts, parseContacts } from './contact.ts';
import { type CSeq, readCSeq } from './cseq.ts';
import { displayName } from './header-names.ts';
import { type HeaderLine, Headers } from './headers.ts';
import { splitList } from './list.ts';
import { type NameAddr, readNameAddr } from './name-addr.ts';
import { ParseError } from './parse-error.ts';
import { parseUri, type Uri } from './uri.ts';
import { parseVia, readVia, type Via } from './via.ts';

const NO_BODY: Uint8Array = new Uint8Array(0);
/** Drops a byte order mark, as `Buffer` does not. */
const utf8 = new TextDecoder();

/** A parsed value and the line it came from; a changed header is another line, and parsed anew. */
interface Cached<T> {
  line: HeaderLine;
  value: T;
}

/**
 * What requests and responses share. The typed getters parse the raw header on first use and
 * throw `ParseError` when it is missing or malformed; the objects they return are not to be changed
 * (write the header instead).
 */
abstract class Message {
  readonly headers: Headers;
  body: Uint8Array;
  private viaCache: Cached<Via> | undefined;
  private fromCache: Cached<NameAddr> | undefined;
  private toCache: Cached<NameAddr> | undefined;
  private cseqCache: Cached<CSeq> | undefined;
  private contactsCache: Cached<Contacts> | undefined;
  private textCache: { body: Uint8Array; text: string } | undefined;

  constructor(headers: Headers, body: Uint8Array) {
    this.headers = headers;
    this.body = body;
  }

  /** Topmost Via. */
  get via(): Via {
    const line = this.required('via');
    if (this.viaCache?.line !== line) {
      const { source, from, to } = line;
      // A list is cut by who knows quotes; nearly all Vias stand alone.
      const alone = findChar(source, ',', from, to) === to;
      const value = alone
        ? readVia(source, from, to)
        : parseVia(splitList(line.value)[0] as string);
      this.viaCache = { line, value };
    }
    return this.viaCache.value;
  }

  get from(): NameAddr {
    const line = this.required('from');
    if (this.fromCache?.line !== line) {
      this.fromCache = { line, value: readNameAddr(line.source, line.from, line.to, 'From') };
    }
    return this.fromCache.value;
  }

  get to(): NameAddr {
    const line = this.required('to');
    if (this.toCache?.line !== line) {
      this.toCache = { line, value: readNameAddr(line.source, line.from, line.to, 'To') };
    }
    return this.toCache.value;
  }

  get cseq(): CSeq {
    const line = this.required('cseq');
    if (this.cseqCache?.line !== line) {
      this.cseqCache = { line, value: readCSeq(line.source, line.from, line.to) };
    }
    return this.cseqCache.value;
  }

  get callId(): string {
    return this.required('call-id').value;
  }

  get contacts(): Contacts {
    const only = this.headers.count('contact') === 1 ? this.headers.first('contact') : undefined;
    if (only === undefined) return parseContacts(this.headers.lines('contact'));
    if (this.contactsCache?.line !== only) {
      this.contactsCache = { line: only, value: readContacts(only) };
    }
    return this.contactsCache.value;
  }

  /** Raw values of every Via element, topmost first. */
  get viaElements(): string[] {
    return this.headers.elements('via');
  }

  /** Whether there is one Via element and no more. */
  get hasOneVia(): boolean {
    const line = this.headers.first('via');
    if (line === undefined || this.headers.count('via') > 1) return false;
    const { source, from, to } = line;
    return findChar(source, ',', from, to) === to || this.viaElements.length === 1;
  }

  /** Media type without parameters, lower case; `''` when there is none. */
  get contentType(): string {
    const raw = this.headers.get('content-type');
    if (raw === undefined) return '';
    const semi = raw.indexOf(';');
    return (semi < 0 ? raw : raw.slice(0, semi)).trim().toLowerCase();
  }

  /** The body as UTF-8 text. */
  get bodyText(): string {
    const { body } = this;
    if (body.byteLength === 0) return '';
    if (this.textCache?.body !== body) this.textCache = { body, text: textOf(body) };
    return this.textCache.text;
  }

  /** Lets go of what was parsed on demand; it is parsed again when somebody asks. */
  forgetParsed(): void {
    this.viaCache = undefined;
    this.fromCache = undefined;
    this.toCache = undefined;
    this.cseqCache = undefined;
    this.contactsCache = undefined;
    this.textCache = undefined;
  }

  private required(key: string): HeaderLine {
    const line = this.headers.first(key);
    if (line === undefined) {
      throw new ParseError('missing-header', `Missing ${displayName(key)} header field`);
    }
    return line;
  }
}

function textOf(body: Uint8Array): string {
  if (body[0] === 0xef) return utf8.decode(body);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}

function readContacts(line: HeaderLine): Contacts {
  const { source, from, to } = line;
  const star = to - from === 1 && source.charCodeAt(from) === 42;
  if (star || findChar(source, ',', from, to) !== to) return parseContacts([line.value]);
  return [readNameAddr(source, from, to, 'Contact')];
}

export class SipRequest extends Message {
  readonly kind = 'request' as const;
  readonly method: string;
  /** Request-URI as written. */
  uri: string;
  private uriCache: { raw: string; value: Uri } | undefined;

  constructor(method: string, uri: string, headers = new Headers(), body = NO_BODY) {
    super(headers, body);
    this.method = method;
    this.uri = uri;
  }

  get requestUri(): Uri {
    if (this.uriCache?.raw !== this.uri) {
      this.uriCache = { raw: this.uri, value: parseUri(this.uri) };
    }
    return this.uriCache.value;
  }

  override forgetParsed(): void {
    super.forgetParsed();
    this.uriCache = undefined;
  }

  /** 0 … 255, `undefined` when absent (RFC 2543 peers). */
  get maxForwards(): number | undefined {
    const raw = this.headers.get('max-forwards');
    if (raw === undefined) return undefined;
    const value = isDigits(raw) && raw.length <= 10 ? Number(raw) : Number.NaN;
    if (!(value <= 255))
      throw new ParseError('header-value', 'Malformed Max-Forwards header field');
    return value;
  }

  /** A copy with headers of its own. */
  clone(): SipRequest {
    return new SipRequest(this.method, this.uri, this.headers.clone(), this.body);
  }
}

export class SipResponse extends Message {
  readonly kind = 'response' as const;
  readonly statusCode: number;
  readonly reasonPhrase: string;

  constructor(statusCode: number, reasonPhrase: string, headers = new Headers(), body = NO_BODY) {
    super(headers, body);
    this.statusCode = statusCode;
    this.reasonPhrase = reasonPhrase;
  }
}

export type SipMessage = SipRequest | SipResponse;
