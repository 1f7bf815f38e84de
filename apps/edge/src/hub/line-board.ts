import type { LineId, MediaNodeId, TenantId } from '@trunkline/contracts/ids.ts';
import type { LineState } from '@trunkline/contracts/lines.ts';
import { getOrMake } from './get-or-make.ts';

interface Entry {
  state: LineState;
  nodeId: MediaNodeId;
}

export interface LineChange {
  readonly tenant: TenantId;
  readonly lineId: LineId;
  readonly state: LineState;
}

/** The live line states of each tenant as its media nodes report them (LIN-018). */
export interface LineBoard {
  /** Keeps a state. False when it is no news. */
  put(nodeId: MediaNodeId, change: LineChange): boolean;
  ofTenant(tenant: TenantId): Record<string, LineState>;
  /** Takes a node's complete list for what it said before; returns the news. */
  replaceOfNode(nodeId: MediaNodeId, states: readonly LineChange[]): LineChange[];
  /** Marks the lines of a node that is away: their state is not known any more. */
  loseNode(nodeId: MediaNodeId, since: Date): LineChange[];
}

export function createLineBoard(): LineBoard {
  const tenants = new Map<TenantId, Map<LineId, Entry>>();

  function put(nodeId: MediaNodeId, { tenant, lineId, state }: LineChange): boolean {
    const lines = getOrMake(tenants, tenant, () => new Map<LineId, Entry>());
    const known = lines.get(lineId);
    lines.set(lineId, { state, nodeId });
    return JSON.stringify(known?.state) !== JSON.stringify(state);
  }

  function* ofNode(nodeId: MediaNodeId): Iterable<{ tenant: TenantId; lineId: LineId }> {
    for (const [tenant, lines] of tenants)
      for (const [lineId, entry] of lines) if (entry.nodeId === nodeId) yield { tenant, lineId };
  }

  return {
    put,
    ofTenant(tenant) {
      const lines = tenants.get(tenant) ?? new Map<LineId, Entry>();
      return Object.fromEntries([...lines].map(([lineId, entry]) => [lineId, entry.state]));
    },
    replaceOfNode(nodeId, states) {
      const named = new Set(states.map(({ tenant, lineId }) => `${tenant} ${lineId}`));
      // A line the node no longer has was deleted or moved: whoever has it now reports it.
      for (const { tenant, lineId } of [...ofNode(nodeId)]) {
        if (named.has(`${tenant} ${lineId}`)) continue;
        const lines = tenants.get(tenant);
        lines?.delete(lineId);
        if (lines?.size === 0) tenants.delete(tenant);
      }
      return states.filter((change) => put(nodeId, change));
    },
    loseNode(nodeId, since) {
      const state: LineState = {
        state: 'out_of_service',
        reason: { category: 'communication', sipCode: null, text: 'media node unreachable' },
        since: since.toISOString(),
        nextAttemptAt: null,
      };
      return [...ofNode(nodeId)]
        .map((line) => ({ ...line, state }))
        .filter((change) => put(nodeId, change));
    },
  };
}
