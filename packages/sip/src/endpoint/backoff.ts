/** How long to wait after failed attempts. All in milliseconds. */
export interface BackoffSettings {
  /** Longest wait after the first failure. */
  firstMs: number;
  /** The wait doubles with each failure up to this. */
  capMs: number;
  /** Wait after wrong credentials, so that the account is not locked by trying. */
  deniedMs: number;
  /** Longest Retry-After that is obeyed. */
  retryAfterCapMs: number;
}

export const DEFAULT_BACKOFF: BackoffSettings = {
  firstMs: 1_000,
  capMs: 120_000,
  deniedMs: 300_000,
  retryAfterCapMs: 3_600_000,
};

/**
 * Wait before the next attempt: doubled with each failure up to the cap, of which the upper half is
 * random, so that many lines do not come back at the same moment.
 *
 * @param attempts failures in a row, from 1
 * @param random 0 ≤ x < 1
 * @param fixedMs takes the place of the doubled value
 */
export function backoffMs(
  settings: BackoffSettings,
  attempts: number,
  random: number,
  fixedMs?: number,
): number {
  const full = fixedMs ?? Math.min(settings.capMs, settings.firstMs * 2 ** (attempts - 1));
  return Math.round(full / 2 + (random * full) / 2);
}

/**
 * Wait before a registration is refreshed: 80 to 90 % of its lifetime, at random, which leaves room
 * for a repetition before it expires.
 *
 * @param expiresSeconds lifetime granted by the registrar
 * @param random 0 ≤ x < 1
 */
export function refreshMs(expiresSeconds: number, random: number): number {
  // setTimeout cannot wait longer than 2^31 - 1 ms, about 24 days.
  return Math.min(Math.round(expiresSeconds * 1_000 * (0.8 + 0.1 * random)), 2 ** 31 - 1);
}
