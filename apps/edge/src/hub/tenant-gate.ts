import type { MediaNodeId, TenantId } from '@trunkline/contracts/ids.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { HubLimits } from './limits.ts';

/** Asks whether a node serves a tenant. @throws while there is nobody to ask */
export type NodeAuthority = (nodeId: MediaNodeId, tenant: TenantId) => Promise<boolean>;

/** `unknown`: nobody could be asked, and no earlier answer stands in. */
export type Verdict = 'serves' | 'foreign' | 'unknown';

/**
 * Remembers which node may speak for which tenant, so that the database is asked about once a
 * minute and not for each frame. While it is away earlier positive answers stand in.
 */
export interface TenantGate {
  /** What is known now; undefined: ask. */
  known(nodeId: MediaNodeId, tenant: TenantId): Verdict | undefined;
  /** Never rejects; one question at a time for each pair. */
  ask(nodeId: MediaNodeId, tenant: TenantId): Promise<Verdict>;
}

export function createTenantGate(options: {
  mayServe: NodeAuthority;
  limits: HubLimits;
  clock: Clock;
  logger: Logger;
}): TenantGate {
  const { mayServe, limits, clock, logger } = options;
  /** When each answer was given, oldest first. Apart, so that made-up tenants displace no real one. */
  const served = new Map<string, number>();
  const foreign = new Map<string, number>();
  const asking = new Map<string, Promise<Verdict>>();
  let failedAt = Number.NEGATIVE_INFINITY;

  const keyOf = (nodeId: MediaNodeId, tenant: TenantId) => `${nodeId} ${tenant}`;
  const away = () => clock.monotonic() - failedAt < limits.authorityAwayMs;
  const youngerThan = (at: number | undefined, ms: number) =>
    at !== undefined && clock.monotonic() - at < ms;

  function remember(key: string, serves: boolean): void {
    served.delete(key);
    foreign.delete(key);
    const answers = serves ? served : foreign;
    answers.set(key, clock.monotonic());
    const oldest = answers.keys().next().value;
    if (answers.size > limits.servedAnswers && oldest) answers.delete(oldest);
  }

  async function put(nodeId: MediaNodeId, tenant: TenantId, key: string): Promise<Verdict> {
    try {
      const serves = await mayServe(nodeId, tenant);
      remember(key, serves);
      return serves ? 'serves' : 'foreign';
    } catch (error) {
      if (!away())
        logger.warn({ err: error }, 'nobody says whom nodes serve: earlier answers stand in');
      failedAt = clock.monotonic();
      return served.has(key) ? 'serves' : 'unknown';
    } finally {
      asking.delete(key);
    }
  }

  return {
    known(nodeId, tenant) {
      const key = keyOf(nodeId, tenant);
      if (youngerThan(served.get(key), limits.servedKeepMs)) return 'serves';
      if (youngerThan(foreign.get(key), limits.foreignKeepMs)) return 'foreign';
      // With the database away nobody waits for it again and again: calls go on.
      if (away()) return served.has(key) ? 'serves' : 'unknown';
      return undefined;
    },
    ask(nodeId, tenant) {
      const key = keyOf(nodeId, tenant);
      const running = asking.get(key);
      if (running) return running;
      const question = put(nodeId, tenant, key);
      asking.set(key, question);
      return question;
    },
  };
}
