import type { Clock } from '@trunkline/platform/clock.ts';

/** A token bucket of one socket: `take` answers whether the next frame is within the rate. */
export function createTokenBucket(
  options: { capacity: number; perSecond: number },
  clock: Pick<Clock, 'monotonic'>,
): { take(): boolean } {
  const { capacity, perSecond } = options;
  let tokens = capacity;
  let at = clock.monotonic();
  return {
    take() {
      const now = clock.monotonic();
      tokens = Math.min(capacity, tokens + ((now - at) / 1000) * perSecond);
      at = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
