import type { Headers } from './headers.ts';
import { type NameAddr, parseNameAddr } from './name-addr.ts';
import { ParseError } from './parse-error.ts';

/** Headers that are lists of hops (RFC 3261 §20.30, §20.34; RFC 3327; RFC 3608). */
export type RouteHeader = 'route' | 'record-route' | 'path' | 'service-route';

/**
 * The hops of such a header, topmost first.
 *
 * @throws ParseError; unlike other addresses these need their angle brackets
 */
export function parseRoutes(headers: Headers, key: RouteHeader): NameAddr[] {
  return headers.elements(key).map((element) => {
    if (!element.includes('<')) {
      throw new ParseError('header-value', `Malformed ${key} header field`);
    }
    return parseNameAddr(element, key);
  });
}

/** Whether the hop routes by Route headers and leaves the Request-URI alone (RFC 3261 §16.12). */
export function isLooseRouter(hop: NameAddr): boolean {
  return hop.uri.kind === 'sip' && hop.uri.params.has('lr');
}
