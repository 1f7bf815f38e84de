import { isToken } from './chars.ts';
import type { Headers } from './headers.ts';

/**
 * Wishes for privacy (RFC 3323 §4.2, RFC 3325 §9.3): `id`, `user`, `header`, `session`, `none`,
 * `critical` …, lower case. Values that are no tokens are left out.
 */
export function parsePrivacy(headers: Headers): string[] {
  return headers
    .lines('privacy')
    .flatMap((line) => line.split(/[;,]/))
    .map((value) => value.trim().toLowerCase())
    .filter((value) => isToken(value));
}

/**
 * The value of a Privacy header.
 *
 * @throws TypeError when a value is no token
 */
export function formatPrivacy(values: readonly string[]): string {
  for (const value of values) {
    if (!isToken(value)) throw new TypeError('a privacy value is not a token');
  }
  return values.join(';');
}
