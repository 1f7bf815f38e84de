import type { MediaNodeId, TenantId, UserId } from '@trunkline/contracts/ids.ts';
import { isId } from '@trunkline/contracts/ids.ts';
import {
  type EdgeToNode,
  linkHeartbeatSeconds,
  linkVersion,
  maxLinkFrame,
  type NodeToEdge,
  nodeToEdge,
} from '@trunkline/contracts/link.ts';
import type { RealtimeEventData } from '@trunkline/contracts/realtime.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { LiveCall } from './call-board.ts';
import type { HubLimits } from './limits.ts';
import type { LineChange } from './line-board.ts';
import type { NodeDirectory, NodeLink } from './node-directory.ts';
import { createNodeFrames, type NodeFrames, type Statement } from './node-frames.ts';
import type { HubSocket, Whom } from './ports.ts';
import type { TenantGate } from './tenant-gate.ts';

/** One media node's socket: what the adapter tells of it goes in here. */
export interface NodeConnection {
  receive(text: string): void;
  closed(): void;
  sweep(): void;
}

/** What the hub does with the word of a node. */
export interface NodeHandler {
  down(nodeId: MediaNodeId, link: NodeLink): void;
  serving(nodeId: MediaNodeId, served: Served): void;
  callChanged(entry: LiveCall): void;
  /** Rings the user's devices; returns on how many. */
  ring(entry: LiveCall): number;
  /** How a live call of the user sounds now. */
  callQuality(nodeId: MediaNodeId, whom: Whom, data: RealtimeEventData<'call.quality'>): void;
  lineState(nodeId: MediaNodeId, change: LineChange): void;
  result(nodeId: MediaNodeId, frame: NodeToEdge & { t: 'result' }): void;
}

/** A `serving` frame, flattened. */
export interface Served {
  users: Whom[];
  calls: LiveCall[];
  lines: LineChange[];
}

/** @throws when the assertion is not this node's or was used before */
export type NodeVerifier = (nodeId: MediaNodeId, assertion: string) => Promise<void>;

export interface NodeContext {
  verifyNode: NodeVerifier;
  gate: TenantGate;
  nodes: NodeDirectory;
  handler: NodeHandler;
  limits: HubLimits;
  clock: Clock;
  logger: Logger;
}

const servedVersions: readonly number[] = [linkVersion, linkVersion - 1].filter(
  (version) => version >= 1,
);

function servedBy(
  nodeId: MediaNodeId,
  frame: NodeToEdge & { t: 'serving' },
  tenants: ReadonlySet<TenantId>,
): Served {
  const served: Served = { users: [], calls: [], lines: [] };
  for (const tenant of tenants) {
    const part = frame.tenants[tenant];
    if (!part) continue;
    for (const userId of part.users) served.users.push({ tenant, userId });
    for (const { userId, call } of part.calls)
      served.calls.push({ whom: { tenant, userId }, call, nodeId });
    for (const [lineId, state] of Object.entries(part.lines))
      if (isId('line', lineId)) served.lines.push({ tenant, lineId, state });
  }
  return served;
}

export function createNodeConnection(
  socket: HubSocket,
  context: NodeContext,
  onClosed: () => void,
): NodeConnection {
  const { verifyNode, gate, nodes, handler, limits, clock, logger } = context;
  const openedAt = clock.monotonic();
  let pingedAt = openedAt;
  let heardAt = openedAt;
  let closed = false;
  let checking = false;
  let nodeId: MediaNodeId | undefined;
  let frames: NodeFrames | undefined;

  const link: NodeLink = {
    send(frame: EdgeToNode) {
      if (closed || socket.bufferedBytes > limits.linkBufferBytes) return false;
      socket.send(JSON.stringify(frame));
      return true;
    },
    close(code, reason) {
      socket.close(code, reason);
      leave();
    },
  };

  function leave(): void {
    if (closed) return;
    closed = true;
    frames?.stop();
    if (nodeId) handler.down(nodeId, link);
    onClosed();
  }

  function refuse(reason: string): void {
    if (closed) return;
    logger.warn({ node: nodeId, reason }, 'node link refused');
    link.close(1008, reason);
  }

  function fail(error: unknown): void {
    logger.error({ err: error, node: nodeId }, 'node link failed');
    refuse('internal');
  }

  async function hello(frame: NodeToEdge & { t: 'hello' }): Promise<void> {
    if (!servedVersions.includes(frame.version)) return refuse('protocol_version_unsupported');
    if (frame.role !== 'node' || !isId('mediaNode', frame.id)) return refuse('unauthenticated');
    const id: MediaNodeId = frame.id;
    try {
      await verifyNode(id, frame.assertion);
    } catch (error) {
      logger.warn({ err: error, node: id }, 'node assertion refused');
      return refuse('unauthenticated');
    }
    if (closed) return;
    if (!nodes.up(id, frame.bootEpoch, link))
      return refuse('a younger process of this node is linked');
    nodeId = id;
    frames = createNodeFrames({
      nodeId: id,
      gate,
      take: (taken, tenants) => handle(id, taken, tenants),
      onMissed: () => link.close(1012, 'say again whom you serve'),
      onError: fail,
      limits,
      logger,
    });
    link.send({ t: 'welcome', version: linkVersion, heartbeatSeconds: linkHeartbeatSeconds });
    logger.info({ node: id, bootEpoch: frame.bootEpoch }, 'node linked');
  }

  /** Frames that speak for nobody wait for no check: a node is heard while the database hangs. */
  function receiveFrom(statements: NodeFrames, frame: NodeToEdge, size: number): void {
    if (frame.t === 'hello') refuse('protocol_error');
    else if (frame.t === 'ping') link.send({ t: 'pong' });
    else if (frame.t !== 'pong' && !statements.push(frame, size)) refuse('too_much_waits');
  }

  function handle(id: MediaNodeId, frame: Statement, tenants: ReadonlySet<TenantId>): void {
    const entry = (named: { tenant: TenantId; userId: UserId; call: LiveCall['call'] }) => ({
      whom: { tenant: named.tenant, userId: named.userId },
      call: named.call,
      nodeId: id,
    });
    switch (frame.t) {
      case 'serving':
        handler.serving(id, servedBy(id, frame, tenants));
        break;
      case 'ring': {
        const devices = tenants.has(frame.tenant) ? handler.ring(entry(frame)) : 0;
        link.send({ t: 'ring.result', id: frame.id, devices });
        break;
      }
      case 'call.changed':
        if (tenants.has(frame.tenant)) handler.callChanged(entry(frame));
        break;
      case 'call.quality': {
        const { tenant, userId, callId, quality } = frame;
        if (tenants.has(tenant)) handler.callQuality(id, { tenant, userId }, { callId, quality });
        break;
      }
      case 'line.state': {
        const { tenant, lineId, state } = frame;
        if (tenants.has(tenant)) handler.lineState(id, { tenant, lineId, state });
        break;
      }
      case 'result':
        handler.result(id, frame);
        break;
    }
  }

  function parseFrame(text: string): NodeToEdge | undefined {
    if (text.length > maxLinkFrame) return undefined;
    try {
      return nodeToEdge.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  }

  return {
    receive(text) {
      if (closed) return;
      heardAt = clock.monotonic();
      const frame = parseFrame(text);
      if (!frame) refuse('protocol_error');
      else if (frames) receiveFrom(frames, frame, text.length);
      else if (frame.t === 'hello' && !checking) {
        checking = true;
        hello(frame).catch(fail);
      } else refuse('protocol_error');
    },
    closed: leave,
    sweep() {
      const now = clock.monotonic();
      if (!nodeId && now - openedAt >= limits.helloMs) refuse('no hello');
      else if (now - heardAt >= limits.linkSilenceMs) {
        logger.warn({ node: nodeId }, 'node link silent');
        socket.cut();
        leave();
      } else if (nodeId && now - pingedAt >= linkHeartbeatSeconds * 1000) {
        pingedAt = now;
        link.send({ t: 'ping' });
      }
      frames?.sweep();
    },
  };
}
