import { ParseError } from './parse-error.ts';

const MAX_HEADERS = 64;

/** One `name=value` behind the `?` of a SIP URI, escapes undone. */
export type UriHeader = readonly [name: string, value: string];

/**
 * Reads the header part of a SIP URI (RFC 3261 §19.1.1), such as the `Replaces` in a Refer-To.
 *
 * @param text `headers` of a parsed URI, without the `?`
 * @throws ParseError for an escape that is no UTF-8, a line break (header injection) or no name
 */
export function parseUriHeaders(text: string): UriHeader[] {
  const parts = text.split('&');
  if (parts.length > MAX_HEADERS) throw bad();
  return parts.map((part) => {
    const eq = part.indexOf('=');
    if (eq <= 0) throw bad();
    const [name, value] = [unescapePart(part.slice(0, eq)), unescapePart(part.slice(eq + 1))];
    if (/[\r\n\0]/.test(name + value)) throw bad();
    return [name, value] as const;
  });
}

/** Headers as the part of a URI behind `?`. */
export function formatUriHeaders(headers: readonly UriHeader[]): string {
  return headers.map(([name, value]) => `${escapePart(name)}=${escapePart(value)}`).join('&');
}

function unescapePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw bad();
    throw error;
  }
}

/** hnv-unreserved and unreserved stand as they are (RFC 3261 §25.1). */
function escapePart(text: string): string {
  return encodeURIComponent(text).replace(/%(5B|5D|2F|3F|3A|2B|24)/g, (all) =>
    decodeURIComponent(all),
  );
}

function bad(): ParseError {
  return new ParseError('uri', 'Malformed URI: header fields');
}
