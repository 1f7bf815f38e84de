import type { CallView } from '@trunkline/contracts/calls.ts';
import type { CallId, MediaNodeId } from '@trunkline/contracts/ids.ts';
import { getOrMake } from './get-or-make.ts';
import { keyOf, type Whom } from './ports.ts';

/** A live call of one user, and the node that holds it. */
export interface LiveCall {
  readonly whom: Whom;
  readonly call: CallView;
  readonly nodeId: MediaNodeId;
}

/**
 * The live calls as media nodes report them. The nodes hold the truth; this is what snapshots,
 * telephony presence and the routing of commands look at.
 */
export interface CallBoard {
  /** Keeps the newest view of a call; an ended one is forgotten. */
  put(entry: LiveCall): void;
  ofUser(whom: Whom): CallView[];
  nodeOf(whom: Whom, callId: CallId): MediaNodeId | undefined;
  ofNode(nodeId: MediaNodeId): LiveCall[];
  /**
   * Takes a node's complete list for what it said before.
   * @returns what changed for users: new and altered calls, and ended views of those that are gone
   */
  replaceOfNode(nodeId: MediaNodeId, entries: readonly LiveCall[]): LiveCall[];
  /** Ends all calls of a node that will not come back. */
  dropNode(nodeId: MediaNodeId): LiveCall[];
}

/** The last view of a call whose node lost it. */
function lost(entry: LiveCall): LiveCall {
  const end = { by: 'system', cause: 'node_lost', sipCode: null, elsewhere: false } as const;
  return { ...entry, call: { ...entry.call, state: 'ended', end } };
}

export function createCallBoard(): CallBoard {
  const users = new Map<string, Map<CallId, LiveCall>>();

  const find = (whom: Whom, callId: CallId) => users.get(keyOf(whom))?.get(callId);

  function put(entry: LiveCall): void {
    const key = keyOf(entry.whom);
    if (entry.call.state !== 'ended') {
      getOrMake(users, key, () => new Map<CallId, LiveCall>()).set(entry.call.id, entry);
      return;
    }
    const calls = users.get(key);
    calls?.delete(entry.call.id);
    if (calls?.size === 0) users.delete(key);
  }

  function ofNode(nodeId: MediaNodeId): LiveCall[] {
    const found: LiveCall[] = [];
    for (const calls of users.values())
      for (const entry of calls.values()) if (entry.nodeId === nodeId) found.push(entry);
    return found;
  }

  function replaceOfNode(nodeId: MediaNodeId, entries: readonly LiveCall[]): LiveCall[] {
    const named = new Set(entries.map((entry) => `${keyOf(entry.whom)} ${entry.call.id}`));
    const gone = ofNode(nodeId)
      .filter((entry) => !named.has(`${keyOf(entry.whom)} ${entry.call.id}`))
      .map(lost);
    const changed = entries.filter((entry) => {
      const known = find(entry.whom, entry.call.id);
      return known?.nodeId !== nodeId || JSON.stringify(known.call) !== JSON.stringify(entry.call);
    });
    for (const entry of [...gone, ...entries]) put(entry);
    return [...gone, ...changed];
  }

  return {
    put,
    ofUser: (whom) => [...(users.get(keyOf(whom))?.values() ?? [])].map((entry) => entry.call),
    nodeOf: (whom, callId) => find(whom, callId)?.nodeId,
    ofNode,
    replaceOfNode,
    dropNode: (nodeId) => replaceOfNode(nodeId, []),
  };
}
