import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import { createRateLimiter, type RateLimiter } from '@trunkline/platform/rate-limit.ts';
import type { Principal } from '@trunkline/services/core/context.ts';
import type { Middleware } from './env.ts';

/** How much one caller, one tenant and one address may ask. */
export interface RequestLimits {
  readonly user: RateLimiter;
  readonly apiKey: RateLimiter;
  /** All callers of a tenant together (PLT-018 h). */
  readonly tenant: RateLimiter;
  /** Requests without a caller yet, and failed ones. */
  readonly address: RateLimiter;
}

/** Requests at once, and per second in the long run. */
export function defaultLimits(clock: Clock): RequestLimits {
  return {
    user: createRateLimiter({ capacity: 300, refillPerSecond: 50, maxKeys: 50_000, clock }),
    apiKey: createRateLimiter({ capacity: 1000, refillPerSecond: 200, maxKeys: 10_000, clock }),
    tenant: createRateLimiter({ capacity: 1500, refillPerSecond: 300, maxKeys: 10_000, clock }),
    address: createRateLimiter({ capacity: 300, refillPerSecond: 30, maxKeys: 50_000, clock }),
  };
}

/** @throws TrunklineError `rate_limited` */
export function take(limiter: RateLimiter, key: string): void {
  const decision = limiter.take(key);
  if (!decision.ok)
    throw new TrunklineError('rate_limited', { retryAfterSeconds: decision.retryAfterSeconds });
}

/** Bounds what one caller may ask. */
export function limitCaller(limits: RequestLimits): Middleware {
  return async (c, next) => {
    const principal = c.get('principal');
    if (principal) take(...bucketOf(limits, principal));
    await next();
  };
}

function bucketOf(limits: RequestLimits, principal: Principal): [RateLimiter, string] {
  switch (principal.kind) {
    case 'user':
      return [limits.user, principal.userId];
    case 'apiKey':
      return [limits.apiKey, principal.keyId];
    case 'node':
      return [limits.apiKey, principal.nodeId];
    case 'system':
      return [limits.apiKey, principal.name];
  }
}

/** Bounds requests of an address nobody has vouched for. */
export function limitAddress(limits: RequestLimits): Middleware {
  return async (c, next) => {
    take(limits.address, c.env.clientAddress);
    await next();
  };
}
