import type { Clock } from './clock.ts';

export type RateDecision = { ok: true } | { ok: false; retryAfterSeconds: number };

export interface RateLimiter {
  /** Takes `cost` tokens from the key's bucket, if they are there. */
  take(key: string, cost?: number): RateDecision;
}

export interface RateLimiterOptions {
  /** Tokens a full bucket holds. */
  capacity: number;
  refillPerSecond: number;
  /** Buckets kept; the one used longest ago goes first. */
  maxKeys: number;
  clock: Clock;
}

/** Token buckets in memory, bounded in number. */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { capacity, refillPerSecond, maxKeys, clock } = options;
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(key, cost = 1) {
      const at = clock.monotonic();
      const bucket = buckets.get(key);
      const tokens = bucket
        ? Math.min(capacity, bucket.tokens + ((at - bucket.at) / 1000) * refillPerSecond)
        : capacity;
      buckets.delete(key);
      const oldest = buckets.keys().next().value;
      if (buckets.size >= maxKeys && oldest !== undefined) buckets.delete(oldest);
      const enough = tokens >= cost;
      buckets.set(key, { tokens: enough ? tokens - cost : tokens, at });
      if (enough) return { ok: true };
      return {
        ok: false,
        retryAfterSeconds: Math.max(1, Math.ceil((cost - tokens) / refillPerSecond)),
      };
    },
  };
}
