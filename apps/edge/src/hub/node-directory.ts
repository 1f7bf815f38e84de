import type { MediaNodeId } from '@trunkline/contracts/ids.ts';
import type { EdgeToNode } from '@trunkline/contracts/link.ts';
import { keyOf, type Whom } from './ports.ts';

/** The sending half of a node's link. */
export interface NodeLink {
  /** False when the link is down or its buffer full. */
  send(frame: EdgeToNode): boolean;
  close(code: number, reason: string): void;
}

interface KnownNode {
  bootEpoch: number;
  link: NodeLink | undefined;
  /** When the link was lost, on the monotonic clock. */
  lostAt: number | undefined;
  users: Map<string, Whom>;
}

/** Users whose telephone service came or went. */
export interface Reach {
  gained: Whom[];
  lost: Whom[];
}

/** Which media nodes are linked, and which users each of them serves. */
export interface NodeDirectory {
  /** A verified link is up. False when a younger process of this node has one. */
  up(nodeId: MediaNodeId, bootEpoch: number, link: NodeLink): boolean;
  /** The link is lost; its users are not served any more. Nothing if it was replaced already. */
  down(nodeId: MediaNodeId, link: NodeLink, now: number): Reach | undefined;
  /** Takes the node's complete list of users. */
  serve(nodeId: MediaNodeId, users: readonly Whom[]): Reach;
  /** The linked node that named this user last. */
  serving(whom: Whom): MediaNodeId | undefined;
  linkOf(nodeId: MediaNodeId): NodeLink | undefined;
  linked(): MediaNodeId[];
  /** Forgets nodes lost before `before`; returns them. */
  forget(before: number): MediaNodeId[];
}

export function createNodeDirectory(): NodeDirectory {
  const nodes = new Map<MediaNodeId, KnownNode>();
  /** Nodes that serve a user, the one that said so last at the end. */
  const routes = new Map<string, MediaNodeId[]>();

  function unroute(key: string, nodeId: MediaNodeId): void {
    const left = (routes.get(key) ?? []).filter((id) => id !== nodeId);
    if (left.length > 0) routes.set(key, left);
    else routes.delete(key);
  }

  function replaceUsers(nodeId: MediaNodeId, node: KnownNode, users: Map<string, Whom>): Reach {
    const reach: Reach = { gained: [], lost: [] };
    for (const [key, whom] of node.users) {
      if (users.has(key)) continue;
      unroute(key, nodeId);
      if (!routes.has(key)) reach.lost.push(whom);
    }
    for (const [key, whom] of users) {
      const before = routes.get(key) ?? [];
      if (before.length === 0) reach.gained.push(whom);
      if (before.at(-1) !== nodeId)
        routes.set(key, [...before.filter((id) => id !== nodeId), nodeId]);
    }
    node.users = users;
    return reach;
  }

  return {
    up(nodeId, bootEpoch, link) {
      const known = nodes.get(nodeId);
      if (known && known.bootEpoch > bootEpoch) return false;
      const previous = known?.link;
      if (known) Object.assign(known, { bootEpoch, link, lostAt: undefined });
      else nodes.set(nodeId, { bootEpoch, link, lostAt: undefined, users: new Map() });
      previous?.close(4000, 'replaced by a newer link');
      return true;
    },
    down(nodeId, link, now) {
      const node = nodes.get(nodeId);
      if (node?.link !== link) return undefined;
      node.link = undefined;
      node.lostAt = now;
      return replaceUsers(nodeId, node, new Map());
    },
    serve(nodeId, users) {
      const node = nodes.get(nodeId);
      if (!node) return { gained: [], lost: [] };
      return replaceUsers(nodeId, node, new Map(users.map((whom) => [keyOf(whom), whom])));
    },
    serving: (whom) => routes.get(keyOf(whom))?.at(-1),
    linkOf: (nodeId) => nodes.get(nodeId)?.link,
    linked: () => [...nodes].filter(([, node]) => node.link).map(([nodeId]) => nodeId),
    forget(before) {
      const forgotten: MediaNodeId[] = [];
      for (const [nodeId, node] of nodes) {
        if (node.lostAt === undefined || node.lostAt >= before) continue;
        nodes.delete(nodeId);
        forgotten.push(nodeId);
      }
      return forgotten;
    },
  };
}
