export interface BackoffOptions {
  minMs: number;
  maxMs: number;
  /** 0 … 1; injected for tests. */
  random?: () => number;
}

/**
 * Exponential back-off with full jitter in its upper half: attempt 0 waits about `minMs`,
 * each further one twice as long up to `maxMs`. Returns milliseconds.
 */
export function backoffMs(attempt: number, options: BackoffOptions): number {
  const { minMs, maxMs, random = Math.random } = options;
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
