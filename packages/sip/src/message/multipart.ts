import { unquote } from './chars.ts';
import { canonicalName } from './header-names.ts';
import type { SipMessage } from './message.ts';
import { parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';

/** Parts looked at; a body with more is refused. */
const MAX_PARTS = 16;
/** Multipart bodies inside each other. */
const MAX_DEPTH = 3;
const SDP = 'application/sdp';

/** One part of a body (RFC 5621 §3, RFC 2046 §5.1). */
export interface BodyPart {
  /** Lower case, without parameters. */
  contentType: string;
  /** `session`, `render`, `icon` …; lower case, `''` when untold. */
  disposition: string;
  /** Whether the message must be refused by who does not understand the part (RFC 5621 §4). */
  required: boolean;
  text: string;
}

/**
 * The parts of a message: the one body, or those of its multipart, nested ones flattened. Of a
 * `multipart/alternative` the last understood part counts (RFC 5621 §3.2).
 *
 * @throws ParseError when a multipart is malformed (400) or has too many parts (413)
 */
export function bodyParts(message: SipMessage): BodyPart[] {
  if (message.body.byteLength === 0) return [];
  const type = message.headers.get('content-type') ?? SDP;
  const disposition = message.headers.get('content-disposition');
  return expand(type, disposition, message.bodyText, 0);
}

/**
 * The session description in a message, alone or in a multipart; `''` when there is none.
 *
 * @throws ParseError
 */
export function sessionDescriptionOf(message: SipMessage): string {
  const { contentType } = message;
  if (contentType === SDP || contentType === '') return message.bodyText;
  if (!contentType.startsWith('multipart/')) return '';
  const own = bodyParts(message).find(
    ({ contentType: type, disposition }) =>
      type === SDP && (disposition === '' || disposition === 'session'),
  );
  return own?.text ?? '';
}

function expand(
  type: string,
  disposition: string | undefined,
  text: string,
  depth: number,
): BodyPart[] {
  const { value, params } = split(type, 'Content-Type');
  if (!value.startsWith('multipart/')) return [leaf(value, disposition, text)];
  if (depth >= MAX_DEPTH) throw new ParseError('too-large', 'Multipart too deep', 413);
  const boundary = unquote(params.get('boundary') ?? '');
  if (boundary === '' || boundary.length > 70) throw malformed();
  const parts = cut(text, boundary).map((part) => readPart(part, depth));
  if (parts.length > MAX_PARTS) throw new ParseError('too-large', 'Too many body parts', 413);
  if (value !== 'multipart/alternative') return parts.flat();
  const understood = parts.findLast((list) => list.some((part) => part.contentType === SDP));
  return understood ?? parts.at(-1) ?? [];
}

function leaf(contentType: string, disposition: string | undefined, text: string): BodyPart {
  const { value, params } = split(disposition ?? '', 'Content-Disposition');
  const required = params.get('handling')?.toLowerCase() !== 'optional';
  return { contentType, disposition: value, required, text };
}

/** Text between the delimiters, preamble and epilogue left out. */
function cut(text: string, boundary: string): string[] {
  const chunks = `\r\n${text}`.split(`\r\n--${boundary}`);
  const out: string[] = [];
  for (const chunk of chunks.slice(1)) {
    if (chunk.startsWith('--')) return out;
    const line = chunk.indexOf('\r\n');
    if (line < 0 || chunk.slice(0, line).trim() !== '') throw malformed();
    out.push(chunk.slice(line + 2));
    if (out.length > MAX_PARTS) throw new ParseError('too-large', 'Too many body parts', 413);
  }
  throw malformed();
}

function readPart(part: string, depth: number): BodyPart[] {
  const bare = part.startsWith('\r\n');
  const end = bare ? 0 : part.indexOf('\r\n\r\n');
  const head = end < 0 ? part : part.slice(0, end);
  const text = end < 0 ? '' : part.slice(bare ? 2 : end + 4);
  let type = 'text/plain';
  let disposition: string | undefined;
  for (const line of head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = canonicalName(line.slice(0, colon).trim());
    if (name === 'content-type') type = line.slice(colon + 1).trim();
    else if (name === 'content-disposition') disposition = line.slice(colon + 1).trim();
  }
  return expand(type, disposition, text, depth + 1);
}

function split(text: string, header: string) {
  const semi = text.indexOf(';');
  const value = (semi < 0 ? text : text.slice(0, semi)).trim().toLowerCase();
  return { value, params: parseParams(text, semi < 0 ? text.length : semi, header) };
}

function malformed(): ParseError {
  return new ParseError('header-value', 'Malformed multipart body');
}
