import { isToken } from './chars.ts';
import type { Headers } from './headers.ts';
import { NO_PARAMS, parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';
import { qualityOf } from './quality.ts';

/** One element of Accept-Language or Accept-Encoding (RFC 3261 §20.2, §20.3). */
export interface Preference {
  /** Lower case; `*` for any other. */
  value: string;
  /** 0 … 1; 0 means not acceptable. */
  quality: number;
}

/**
 * Preferences, best first; those of equal quality in their order.
 *
 * @throws ParseError
 */
export function parsePreferences(
  headers: Headers,
  key: 'accept-language' | 'accept-encoding',
): Preference[] {
  const found = headers.elements(key).map((element) => {
    const semi = element.indexOf(';');
    const value = element.slice(0, semi < 0 ? element.length : semi).trim();
    if (!isToken(value)) throw new ParseError('header-value', `Malformed ${key} header field`);
    const params = semi < 0 ? NO_PARAMS : parseParams(element, semi, key);
    return { value: value.toLowerCase(), quality: qualityOf(params, key) };
  });
  return found.sort((a, b) => b.quality - a.quality);
}
