import type { Headers } from './headers.ts';
import { type Params, parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';
import { parseUri, type Uri } from './uri.ts';

/** One element of Alert-Info, Call-Info or Error-Info (RFC 3261 §20.4, §20.9, §20.18). */
export interface InfoUri {
  uri: Uri;
  /** As written between the angle brackets. */
  uriText: string;
  /** Such as `purpose` in Call-Info. */
  params: Params;
}

/**
 * The elements of such a header.
 *
 * @throws ParseError
 */
export function parseInfoUris(
  headers: Headers,
  key: 'alert-info' | 'call-info' | 'error-info',
): InfoUri[] {
  return headers.elements(key).map((element) => {
    const close = element.indexOf('>');
    if (!element.startsWith('<') || close < 0) {
      throw new ParseError('header-value', `Malformed ${key} header field`);
    }
    const uriText = element.slice(1, close);
    return { uri: parseUri(uriText), uriText, params: parseParams(element, close + 1, key) };
  });
}
