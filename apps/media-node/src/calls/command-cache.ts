import type { Clock } from '@trunkline/platform/clock.ts';

/**
 * Makes commands idempotent: the same key again gets the result of the first time, also while
 * that is still being worked out. Bounded in number and age.
 */
export class CommandCache<Result> {
  private readonly results = new Map<string, { at: number; result: Promise<Result> }>();
  private readonly clock: Clock;
  private readonly maxEntries: number;
  private readonly keepMs: number;

  constructor(clock: Clock, maxEntries = 2000, keepMs = 5 * 60_000) {
    this.clock = clock;
    this.maxEntries = maxEntries;
    this.keepMs = keepMs;
  }

  run(key: string, work: () => Promise<Result>): Promise<Result> {
    const now = this.clock.monotonic();
    const known = this.results.get(key);
    if (known && now - known.at < this.keepMs) return known.result;
    for (const [oldest, entry] of this.results) {
      if (this.results.size < this.maxEntries && now - entry.at < this.keepMs) break;
      this.results.delete(oldest);
    }
    const result = work();
    this.results.delete(key);
    this.results.set(key, { at: now, result });
    return result;
  }
}
