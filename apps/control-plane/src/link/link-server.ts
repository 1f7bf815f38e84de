import {
  type Id,
  isId,
  type LineGroupId,
  type LineId,
  type MediaNodeId,
} from '@trunkline/contracts/ids.ts';
import {
  type ControlToEdge,
  type ControlToNode,
  linkHeartbeatSeconds,
  linkHello,
  linkVersion,
  maxLinkFrame,
} from '@trunkline/contracts/link.ts';
import type { Platform } from '@trunkline/services/core/context.ts';
import { readEntryForNotice } from '@trunkline/services/journal/read-entry.ts';
import { nodeOfGroup } from '@trunkline/services/node-config/tenants-of-node.ts';
import type { Hint } from '@trunkline/services/outbox/hints.ts';
import { listStoppedTenants, readTenantState } from '@trunkline/services/tenants/tenant-states.ts';
import { createAdmission } from './admission.ts';
import { NodeSession } from './node-session.ts';
import { closeCodes, type LinkConnection, type LinkSocket, maxBufferedBytes } from './sockets.ts';

/** Time for the first frame and for answering it, milliseconds. */
const helloMs = 10_000;
/** Connections at most; each is a node or an edge. */
const maxPeers = 5_000;
/** Tenants told to a new edge in one go. */
const stoppedBatch = 500;

interface Peer {
  readonly role: 'node' | 'edge';
  readonly id: string;
  readonly socket: LinkSocket;
  readonly node: NodeSession | null;
}

/** The control plane's side of the link: nodes and edges dial in. Knows nothing of its runtime. */
export interface LinkServer {
  accept(socket: LinkSocket): LinkConnection;
  /** Something changed somewhere. */
  hint(hint: Hint): void;
  /** Looks at all configuration again. */
  resync(): void;
  /** Hints were lost: nodes get what they lack, edges dial again and read everything afresh. */
  noticesLost(): void;
  readonly peers: number;
  close(): void;
}

export function createLinkServer(platform: Platform): LinkServer {
  const { log, clock } = platform;
  const admission = createAdmission(platform);
  const peers = new Map<string, Peer>();
  const waiting = new Set<LinkSocket>();
  const keyOf = (peer: Pick<Peer, 'role' | 'id'>) => `${peer.role} ${peer.id}`;
  const ofRole = (role: Peer['role']) => [...peers.values()].filter((peer) => peer.role === role);

  function send(socket: LinkSocket, frame: ControlToNode | ControlToEdge): void {
    if (socket.bufferedBytes > maxBufferedBytes) socket.close(closeCodes.overloaded, 'not reading');
    else socket.send(JSON.stringify(frame));
  }

  function tellEdges(frame: ControlToEdge): void {
    for (const peer of ofRole('edge')) send(peer.socket, frame);
  }

  function join(role: Peer['role'], id: string, socket: LinkSocket): Peer {
    const older = peers.get(keyOf({ role, id }));
    // The newest wins: the older link is most likely a dead one nobody has noticed.
    if (older) leave(older, closeCodes.replaced, 'replaced by a newer link');
    const node =
      role === 'node'
        ? new NodeSession({
            platform,
            nodeId: id as MediaNodeId,
            send: (frame) => send(socket, frame),
            fail: (reason) =>
              socket.close(
                reason === 'overloaded' ? closeCodes.overloaded : closeCodes.protocolError,
                reason,
              ),
          })
        : null;
    const peer: Peer = { role, id, socket, node };
    peers.set(keyOf(peer), peer);
    send(socket, {
      t: 'welcome',
      version: linkVersion,
      heartbeatSeconds: linkHeartbeatSeconds,
      ...(node && { accepts: ['listeners'] }),
    });
    log.info({ role, peer: id }, 'link up');
    if (role === 'edge') void tellStopped(peer);
    return peer;
  }

  function leave(peer: Peer, code: number, reason: string): void {
    peer.node?.close();
    if (peers.get(keyOf(peer)) === peer) peers.delete(keyOf(peer));
    peer.socket.close(code, reason);
  }

  /** An edge that was away learns whose users may only dial emergency numbers. */
  async function tellStopped(peer: Peer): Promise<void> {
    try {
      let after: Id<'tenant'> | null = null;
      for (;;) {
        const rows: Awaited<ReturnType<typeof listStoppedTenants>> = await listStoppedTenants(
          platform,
          after,
          stoppedBatch,
        );
        for (const { tenantId, state } of rows)
          send(peer.socket, { t: 'tenant.state', tenant: tenantId, state });
        after = rows.at(-1)?.tenantId ?? null;
        if (rows.length < stoppedBatch) return;
      }
    } catch (error) {
      // Without it the edge is not up to date: it dials again and asks again.
      log.warn({ err: error, peer: peer.id }, 'states of tenants not told');
      leave(peer, closeCodes.goingAway, 'not ready');
    }
  }

  async function deliver(hint: Hint): Promise<void> {
    const tenant = hint.tenantId;
    switch (hint.topic) {
      case 'config.changed':
        for (const peer of ofRole('node')) peer.node?.changed(tenant);
        return;
      case 'directory.changed':
        tellEdges({ t: 'directory.changed', tenant });
        return;
      case 'session.ended':
        if (isId('session', hint.payload.sessionId))
          tellEdges({ t: 'session.ended', tenant, sessionId: hint.payload.sessionId });
        return;
      case 'journal.changed': {
        if (ofRole('edge').length === 0) return;
        const { entryId } = hint.payload;
        const read = isId('journalEntry', entryId)
          ? await readEntryForNotice(platform, tenant, entryId)
          : null;
        if (read) tellEdges({ t: 'journal.changed', tenant, ...read });
        return;
      }
      case 'line.reset': {
        const { lineId, lineGroupId } = hint.payload;
        const nodeId = await nodeOfGroup(platform, tenant, lineGroupId as LineGroupId);
        if (nodeId) peers.get(`node ${nodeId}`)?.node?.resetLine(lineId as LineId);
        return;
      }
      case 'line.watch': {
        const { lineId, lineGroupId, until } = hint.payload;
        const nodeId = await nodeOfGroup(platform, tenant, lineGroupId as LineGroupId);
        if (nodeId) peers.get(`node ${nodeId}`)?.node?.watchLine(lineId as LineId, until);
        return;
      }
      case 'tenant.changed': {
        for (const peer of ofRole('node')) peer.node?.changed(tenant);
        const state = await readTenantState(platform, tenant);
        if (state !== null) tellEdges({ t: 'tenant.state', tenant, state });
        tellEdges({ t: 'directory.changed', tenant });
        return;
      }
    }
  }

  const heartbeats = new Map<LinkSocket, number>();
  const beat = setInterval(() => {
    const now = clock.monotonic();
    for (const peer of peers.values()) {
      const silentMs = now - (heartbeats.get(peer.socket) ?? now);
      if (silentMs > linkHeartbeatSeconds * 3000) leave(peer, closeCodes.timeout, 'silent');
      else peer.socket.send('{"t":"ping"}');
    }
  }, linkHeartbeatSeconds * 1000);

  return {
    accept(socket) {
      let peer: Peer | null = null;
      let checking = false;
      waiting.add(socket);
      const refuse = (code: number, reason: string) => {
        waiting.delete(socket);
        socket.close(code, reason);
      };
      const guard = setTimeout(() => {
        if (!peer) refuse(closeCodes.timeout, 'no hello');
      }, helloMs);

      async function greet(input: unknown): Promise<void> {
        const hello = linkHello.safeParse(input);
        if (!hello.success || peers.size + waiting.size > maxPeers)
          return refuse(closeCodes.protocolError, 'protocol_error');
        const refusal = await admission.check(hello.data);
        // The dialler may have gone while it was checked.
        if (!waiting.delete(socket)) return;
        if (refusal) return refuse(refusal.code, refusal.reason);
        clearTimeout(guard);
        peer = join(hello.data.role, hello.data.id, socket);
      }

      return {
        message(text) {
          heartbeats.set(socket, clock.monotonic());
          const frame = text.length > maxLinkFrame ? undefined : parseFrame(text);
          if (!frame) return socket.close(closeCodes.protocolError, 'protocol_error');
          if (frame.t === 'ping') return socket.send('{"t":"pong"}');
          if (frame.t === 'pong') return;
          if (peer) {
            if (peer.node) peer.node.receive(frame);
            return;
          }
          if (checking) return socket.close(closeCodes.protocolError, 'hello twice');
          checking = true;
          greet(frame).catch((error: unknown) => {
            log.warn({ err: error }, 'link could not be checked');
            refuse(closeCodes.goingAway, 'unavailable');
          });
        },
        closed() {
          clearTimeout(guard);
          waiting.delete(socket);
          heartbeats.delete(socket);
          if (!peer) return;
          peer.node?.close();
          if (peers.get(keyOf(peer)) === peer) {
            peers.delete(keyOf(peer));
            log.info({ role: peer.role, peer: peer.id }, 'link down');
          }
        },
      };
    },
    hint(hint) {
      deliver(hint).catch((error: unknown) => {
        // A hint only: nodes are looked at again within half a minute, clients when they ask.
        log.warn({ err: error, topic: hint.topic, tenant: hint.tenantId }, 'hint not delivered');
      });
    },
    resync() {
      for (const peer of ofRole('node')) void peer.node?.resync();
    },
    noticesLost() {
      for (const peer of ofRole('edge')) leave(peer, closeCodes.resync, 'notices were lost');
      for (const peer of ofRole('node')) void peer.node?.resync();
    },
    get peers() {
      return peers.size;
    },
    close() {
      clearInterval(beat);
      for (const peer of [...peers.values()]) leave(peer, closeCodes.goingAway, 'going away');
      for (const socket of waiting) socket.close(closeCodes.goingAway, 'going away');
    },
  };
}

function parseFrame(text: string): { t?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not JSON: the caller closes with protocol_error.
    return undefined;
  }
}
