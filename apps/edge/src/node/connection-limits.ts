import type { Clock } from '@trunkline/platform/clock.ts';
import { createRateLimiter } from '@trunkline/platform/rate-limit.ts';

export interface ConnectionLimitOptions {
  /** Sockets one address may have open; a large office can sit behind one. */
  perAddress: number;
  /** Sockets it may open at once, and per second in the long run. */
  burst: number;
  perSecond: number;
  clock: Clock;
}

/** Counts open sockets per client address. */
export interface ConnectionLimits {
  /** Takes a place; undefined when the address has no more. The result gives it back. */
  enter(address: string): (() => void) | undefined;
}

export function createConnectionLimits(options: ConnectionLimitOptions): ConnectionLimits {
  const { perAddress, burst, perSecond, clock } = options;
  const rate = createRateLimiter({
    capacity: burst,
    refillPerSecond: perSecond,
    maxKeys: 20_000,
    clock,
  });
  const open = new Map<string, number>();
  return {
    enter(address) {
      const count = open.get(address) ?? 0;
      if (count >= perAddress || !rate.take(address).ok) return undefined;
      open.set(address, count + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const rest = (open.get(address) ?? 1) - 1;
        if (rest > 0) open.set(address, rest);
        else open.delete(address);
      };
    },
  };
}
