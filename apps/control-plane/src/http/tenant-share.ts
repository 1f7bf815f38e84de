import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Middleware } from './env.ts';
import { type RequestLimits, take } from './rate-limit.ts';

export interface TenantShareOptions {
  /** Requests of one tenant that work at the same time: less than the database pool holds. */
  readonly atOnce: number;
  /** Requests of one tenant that wait; more are refused. */
  readonly waiting: number;
}

interface Turns {
  working: number;
  readonly queue: (() => void)[];
}

/**
 * One tenant's load cannot starve the others (PLT-018 h): its requests are counted together, only
 * some work at a time, some wait, the rest is told to come back.
 */
export function shareFairly(limits: RequestLimits, options: TenantShareOptions): Middleware {
  const tenants = new Map<string, Turns>();

  async function enter(tenantId: string): Promise<void> {
    const turns = tenants.get(tenantId) ?? { working: 0, queue: [] };
    tenants.set(tenantId, turns);
    if (turns.working < options.atOnce) {
      turns.working += 1;
      return;
    }
    if (turns.queue.length >= options.waiting)
      throw new TrunklineError('rate_limited', { retryAfterSeconds: 1 });
    // The one who leaves hands its turn over.
    await new Promise<void>((resolve) => turns.queue.push(resolve));
  }

  function leave(tenantId: string): void {
    const turns = tenants.get(tenantId);
    const next = turns?.queue.shift();
    if (next) next();
    else if (turns && --turns.working === 0) tenants.delete(tenantId);
  }

  return async (c, next) => {
    const tenantId = c.get('tenantId');
    if (tenantId === undefined) return next();
    take(limits.tenant, tenantId);
    await enter(tenantId);
    try {
      await next();
    } finally {
      leave(tenantId);
    }
  };
}
