import { isId, type MediaNodeId, type TenantId } from '@trunkline/contracts/ids.ts';
import type { NodeToEdge } from '@trunkline/contracts/link.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { HubLimits } from './limits.ts';
import type { TenantGate, Verdict } from './tenant-gate.ts';

/** What a linked node says, beyond hello and heartbeat. */
export type Statement = Exclude<NodeToEdge, { t: 'hello' | 'ping' | 'pong' }>;

/**
 * The frames of one node's link, in their order, each checked before it is believed: a node
 * speaks only for tenants it serves.
 */
export interface NodeFrames {
  /** False: too much waits behind a check. */
  push(frame: Statement, size: number): boolean;
  /** Asks again about a tenant nobody could tell of. */
  sweep(): void;
  stop(): void;
}

/** Questions of one link at the same time. */
const questionsAtOnce = 16;
/** Tenants of one link that are logged or asked about again; more are dropped without a word. */
const maxNoted = 1000;

/** The tenants a frame speaks for; names that are no tenant's are left out. */
function tenantsOf(frame: Statement): TenantId[] {
  if (frame.t === 'serving')
    return Object.keys(frame.tenants).filter((name): name is TenantId => isId('tenant', name));
  return 'tenant' in frame ? [frame.tenant] : [];
}

export function createNodeFrames(options: {
  nodeId: MediaNodeId;
  gate: TenantGate;
  /** Takes a frame; what it says of other tenants than these is not to be believed. */
  take: (frame: Statement, tenants: ReadonlySet<TenantId>) => void;
  /** A tenant left out for want of an answer is the node's after all: it must say all again. */
  onMissed: () => void;
  onError: (error: unknown) => void;
  limits: HubLimits;
  logger: Logger;
}): NodeFrames {
  const { nodeId, gate, take, limits, logger } = options;
  const waiting: { frame: Statement; size: number }[] = [];
  let waitingSize = 0;
  let draining = false;
  let stopped = false;
  const warned = new Set<TenantId>();
  const missed = new Set<TenantId>();
  let rechecking = false;

  function foreign(tenant: TenantId): void {
    missed.delete(tenant);
    if (warned.has(tenant) || warned.size >= maxNoted) return;
    warned.add(tenant);
    logger.warn({ node: nodeId, tenant }, 'node speaks for a tenant it does not serve: ignored');
  }

  function judged(frame: Statement, verdicts: ReadonlyMap<TenantId, Verdict>): void {
    const tenants = new Set<TenantId>();
    // It replaces all the node said before: what was missed of that matters no more.
    if (frame.t === 'serving') missed.clear();
    for (const [tenant, verdict] of verdicts) {
      if (verdict === 'serves') tenants.add(tenant);
      else if (verdict === 'foreign') foreign(tenant);
      else if (missed.size < maxNoted) missed.add(tenant);
    }
    take(frame, tenants);
  }

  /** All verdicts at once, or nothing when one of them has to be asked for. */
  function verdictsNow(tenants: readonly TenantId[]): Map<TenantId, Verdict> | undefined {
    const verdicts = new Map<TenantId, Verdict>();
    for (const tenant of tenants) {
      const verdict = gate.known(nodeId, tenant);
      if (!verdict) return undefined;
      verdicts.set(tenant, verdict);
    }
    return verdicts;
  }

  async function verdictsLater(tenants: readonly TenantId[]): Promise<Map<TenantId, Verdict>> {
    const verdicts = new Map<TenantId, Verdict>();
    for (let start = 0; start < tenants.length && !stopped; start += questionsAtOnce)
      await Promise.all(
        tenants.slice(start, start + questionsAtOnce).map(async (tenant) => {
          const verdict = gate.known(nodeId, tenant) ?? (await gate.ask(nodeId, tenant));
          verdicts.set(tenant, verdict);
        }),
      );
    return verdicts;
  }

  async function drain(): Promise<void> {
    draining = true;
    // The frame under check stays in the queue: it counts against its bounds.
    for (let head = waiting[0]; head && !stopped; head = waiting[0]) {
      const tenants = tenantsOf(head.frame);
      const verdicts = verdictsNow(tenants) ?? (await verdictsLater(tenants));
      if (stopped) return;
      waiting.shift();
      waitingSize -= head.size;
      judged(head.frame, verdicts);
    }
    draining = false;
  }

  return {
    push(frame, size) {
      const verdicts = draining ? undefined : verdictsNow(tenantsOf(frame));
      if (verdicts) {
        judged(frame, verdicts);
        return true;
      }
      if (
        waiting.length >= limits.waitingLinkFrames ||
        waitingSize + size > limits.waitingLinkBytes
      )
        return false;
      waiting.push({ frame, size });
      waitingSize += size;
      if (!draining) drain().catch(options.onError);
      return true;
    },
    sweep() {
      const [tenant] = missed;
      if (!tenant || rechecking || stopped) return;
      rechecking = true;
      const verdict = gate.known(nodeId, tenant);
      Promise.resolve(verdict ?? gate.ask(nodeId, tenant))
        .then((answer) => {
          rechecking = false;
          if (stopped) return;
          if (answer === 'serves') options.onMissed();
          else if (answer === 'foreign') foreign(tenant);
        })
        .catch(options.onError);
    },
    stop() {
      stopped = true;
      waiting.length = 0;
    },
  };
}
