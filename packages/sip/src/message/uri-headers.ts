import { ParseError } from './parse-error.ts';

/** More header fields than any URI carries. */
const MAX_URI_HEADERS = 32;

/**
 * Reads the part of a SIP URI behind `?` (RFC 3261 §19.1.1): lower-case names to plain values; the
 * first of two equal names counts.
 *
 * @throws ParseError for bad escapes or too many fields
 */
export function parseUriHeaders(text: string | undefined): Map<string, string> {
  const out = new Map<string, string>();
  if (text === undefined || text === '') return out;
  const fields = text.split('&');
  if (fields.length > MAX_URI_HEADERS) throw malformed();
  for (const field of fields) {
    const eq = field.indexOf('=');
    if (eq <= 0) throw malformed();
    const name = plain(field.slice(0, eq)).toLowerCase();
    if (!out.has(name)) out.set(name, plain(field.slice(eq + 1)));
  }
  return out;
}

/** A name or value for the part behind `?`, escaped. */
export function escapeUriHeader(text: string): string {
  return encodeURIComponent(text);
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw malformed();
    throw error;
  }
}

function malformed(): ParseError {
  return new ParseError('uri', 'Malformed header fields in a URI');
}
