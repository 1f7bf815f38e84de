import { isDigits, isToken } from './chars.ts';
import { displayName, headerInfo, knownHeaderAt } from './header-names.ts';
import type { Headers } from './headers.ts';
import { type SipMessage, SipRequest, SipResponse } from './message.ts';
import { ParseError, type ParseErrorCode } from './parse-error.ts';

/** Bounds on what is read; anything above is refused with 513. */
export interface ParseLimits {
  /** Bytes of the start line and header section together. */
  headBytes: number;
  headerLines: number;
}

export const DEFAULT_LIMITS: ParseLimits = { headBytes: 32_768, headerLines: 256 };

const HEAD_END = new Uint8Array([13, 10, 13, 10]);
const CRLF = new Uint8Array([13, 10]);
const NO_BODY: Uint8Array = new Uint8Array(0);

/**
 * Reads one SIP message out of one datagram (RFC 3261 §7, §18.3).
 *
 * Framing, start line, header syntax and repeated single-valued headers are checked here; header
 * values are left raw (see `validate`). Bytes behind Content-Length are ignored, a missing
 * Content-Length takes the rest of the datagram, as UDP demands.
 *
 * @throws ParseError, with `partial` set when it was a request that can still be answered
 */
export function parseMessage(bytes: Uint8Array, limits: ParseLimits = DEFAULT_LIMITS): SipMessage {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Empty lines before the start line are to be ignored (§7.5); keep-alives are nothing else.
  let start = 0;
  while (buffer[start] === 13 && buffer[start + 1] === 10) start += 2;
  if (start >= buffer.length) throw new ParseError('empty', 'Empty message');

  let headEnd = buffer.indexOf(HEAD_END, start);
  let bodyStart = headEnd + 4;
  let fault: ParseError | undefined;
  if (headEnd < 0) {
    // The empty line is missing: still read what is there, so that it can be refused properly.
    headEnd = buffer.length;
    bodyStart = buffer.length;
    const last = buffer.subarray(-2);
    if (last.equals(CRLF)) headEnd -= 2;
    fault = new ParseError('header-line', 'Header section is not ended by an empty line');
  }
  if (headEnd - start > limits.headBytes) {
    headEnd = start + limits.headBytes;
    bodyStart = buffer.length;
    fault = new ParseError('too-large', 'Header section too large', 513);
  }
  const head = buffer.toString('utf8', start, headEnd);

  const lineEnd = endOfLine(head, 0);
  const message = parseStartLine(head, lineEnd);
  if (lineEnd < head.length && head.charCodeAt(lineEnd) !== 13) {
    fault ??= fail('header-line', 'Bare LF behind the start line');
  }
  fault ??= parseHeaders(head, lineEnd + 2, message.headers, limits);
  fault ??= takeBody(message, buffer, bodyStart);
  if (message.kind === 'request') {
    if (fault === undefined || fault.code !== 'too-large') {
      fault = requestLineFault(message, head, lineEnd) ?? fault;
    }
    if (fault !== undefined) fault.partial = message;
  }
  if (fault !== undefined) throw fault;
  return message;
}

/** Index of the CRLF or bare LF that ends the physical line; the end of the text without any. */
function endOfLine(head: string, from: number): number {
  const lf = head.indexOf('\n', from);
  return lf < 0 ? head.length : head.charCodeAt(lf - 1) === 13 ? lf - 1 : lf;
}

/** What nearly every request line ends with. */
const VERSION = ' SIP/2.0';

function parseStartLine(head: string, end: number): SipMessage {
  if (head.startsWith('SIP/')) return parseStatusLine(head, end);
  const firstSpace = head.indexOf(' ');
  if (firstSpace <= 0 || firstSpace >= end || !isToken(head, 0, firstSpace)) throw startLine();
  let uriEnd = end - VERSION.length;
  if (!head.startsWith(VERSION, uriEnd)) {
    // Something that is not SIP at all gets no answer.
    if (!/ SIP\/\d+\.\d+ *$/i.test(head.slice(Math.max(0, end - 32), end))) throw startLine();
    uriEnd = head.lastIndexOf(' ', end - 1);
  }
  const uri = uriEnd <= firstSpace ? '' : head.slice(firstSpace + 1, uriEnd);
  return new SipRequest(head.slice(0, firstSpace), uri);
}

function requestLineFault(request: SipRequest, head: string, end: number): ParseError | undefined {
  if (!head.startsWith(VERSION, end - VERSION.length)) {
    const version = head.slice(head.lastIndexOf(' ', end - 1) + 1, end).toUpperCase();
    if (version === '') return fail('start-line', 'Malformed Request-Line');
    if (version !== 'SIP/2.0') return new ParseError('version', 'Version Not Supported', 505);
  }
  const { uri } = request;
  if (uri === '' || uri.includes(' ') || uri.includes('\r') || uri.charCodeAt(0) === 60) {
    return fail('start-line', 'Malformed Request-Line');
  }
  return undefined;
}

function parseStatusLine(head: string, end: number): SipResponse {
  // `SIP/2.0 200 OK` is told by its characters, anything else by the pattern.
  if (head.startsWith('SIP/2.0 ') && head.charCodeAt(11) === 32 && end > 11) {
    const code = Number(head.slice(8, 11));
    const phrase = head.slice(12, end);
    if (code >= 100 && code < 700 && isDigits(head, 8, 11) && !phrase.includes('\r')) {
      return new SipResponse(code, phrase);
    }
  }
  const line = head.slice(0, end);
  const match = /^SIP\/2\.0 ([1-6]\d\d)(?: ([^\r]*))?$/i.exec(line);
  if (match === null) throw startLine();
  return new SipResponse(Number(match[1]), match[2] ?? '');
}

function parseHeaders(
  head: string,
  from: number,
  headers: Headers,
  limits: ParseLimits,
): ParseError | undefined {
  let fault: ParseError | undefined;
  let seen = 0;
  let lines = 0;
  let pos = from;
  const end = head.length;
  while (pos < end) {
    let lf = head.indexOf('\n', pos);
    let eol = lf < 0 ? end : lf - 1;
    // A bare CR or LF could split one header into two for a less careful neighbour.
    if (head.indexOf('\r', pos) !== (lf < 0 ? -1 : eol)) {
      return fault ?? fail('header-line', 'Bare CR or LF in the header section');
    }
    let folded = false;
    while (eol < end) {
      const next = head.charCodeAt(eol + 2);
      if (next !== 32 && next !== 9) break;
      folded = true;
      const foldedAt = eol + 2;
      lf = head.indexOf('\n', foldedAt);
      eol = lf < 0 ? end : lf - 1;
      if (head.indexOf('\r', foldedAt) !== (lf < 0 ? -1 : eol)) {
        return fault ?? fail('header-line', 'Bare CR or LF in the header section');
      }
    }
    if (lines++ >= limits.headerLines) {
      return fault ?? new ParseError('too-large', 'Too many header fields', 513);
    }
    const problem = addHeader(head, pos, eol, folded, headers, seen);
    if (typeof problem === 'number') seen |= problem;
    else fault ??= problem;
    pos = eol + 2;
  }
  return fault;
}

/** Adds one header; gives its bit in the mask of single-valued headers, or the fault. */
function addHeader(
  head: string,
  pos: number,
  eol: number,
  folded: boolean,
  headers: Headers,
  seen: number,
): number | ParseError {
  const colon = head.indexOf(':', pos);
  if (colon < 0 || colon >= eol) return fail('header-line', 'Header line without a colon');
  let info = knownHeaderAt(head, pos, colon);
  let name: string;
  if (info === undefined) {
    name = head.slice(pos, colon).trimEnd();
    if (!isToken(name)) return fail('header-line', 'Malformed header name');
    info = headerInfo(name);
  } else {
    name = info.name;
  }
  let start = colon + 1;
  let end = eol;
  while (start < end && isSpace(head.charCodeAt(start))) start++;
  while (end > start && isSpace(head.charCodeAt(end - 1))) end--;
  // Written the usual way the line can be passed on as it is; `name` is then the very text before.
  if (!folded && start === colon + 2 && end === eol && colon - pos === name.length) {
    headers.pushReceived(info.key, name, head, start, end);
  } else {
    const value = head.slice(start, end);
    headers.pushParsed(info.key, name, folded ? unfolded(value) : value);
  }
  if ((seen & info.bit) !== 0) {
    return fail('duplicate-header', `Repeated ${displayName(info.key)} header field`);
  }
  return info.bit;
}

/** Folded lines as one (§7.3.1). Not by a pattern: runs of white space would cost their square. */
function unfolded(value: string): string {
  const lines = value.split('\r\n').map((line) => line.trim());
  return lines.join(' ').trim();
}

function isSpace(c: number): boolean {
  return c === 32 || c === 9;
}

function takeBody(message: SipMessage, buffer: Buffer, start: number): ParseError | undefined {
  const raw = message.headers.get('content-length');
  if (raw === undefined) {
    if (start < buffer.length) message.body = buffer.subarray(start);
    return undefined;
  }
  if (!isDigits(raw) || raw.length > 10) {
    return fail('content-length', 'Malformed Content-Length header field');
  }
  const length = Number(raw);
  if (length > buffer.length - start) {
    return fail('content-length', 'Body shorter than Content-Length');
  }
  message.body = length === 0 ? NO_BODY : buffer.subarray(start, start + length);
  return undefined;
}

function fail(code: ParseErrorCode, text: string): ParseError {
  return new ParseError(code, text);
}

function startLine(): ParseError {
  return new ParseError('start-line', 'Not a SIP message');
}
