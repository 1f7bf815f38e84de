import { parseDeltaSeconds } from './contact.ts';

/**
 * Seconds of a Retry-After value (RFC 3261 §20.33); comment and parameters are not needed to wait.
 * Malformed values give `undefined`: the header is then as good as absent.
 */
export function parseRetryAfter(value: string | undefined): number | undefined {
  return parseDeltaSeconds(value?.split(/[;(\s]/, 1)[0]);
}
