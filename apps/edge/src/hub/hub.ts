import type { AccessClaims } from '@trunkline/contracts/auth.ts';
import type { ErrorCode } from '@trunkline/contracts/errors.ts';
import type { ControlToEdge } from '@trunkline/contracts/link.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { AccessTokenVerifier } from '@trunkline/platform/tokens.ts';
import type { ExplainedPresence } from '@trunkline/presence/presence.ts';
import type { HubBus, RealtimeEvent } from './bus.ts';
import { createCallBoard, type LiveCall } from './call-board.ts';
import { type ClientConnection, createClientConnection } from './client-connection.ts';
import { createCommandLedger } from './command-ledger.ts';
import { createCommands } from './commands.ts';
import { createDelivery } from './delivery.ts';
import { defaultLimits, type HubLimits } from './limits.ts';
import { createLineBoard, type LineChange } from './line-board.ts';
import { createManualStates, manualFactKey } from './manual-states.ts';
import {
  createNodeConnection,
  type NodeConnection,
  type NodeHandler,
  type NodeVerifier,
} from './node-connection.ts';
import { createNodeDirectory, type Reach } from './node-directory.ts';
import type { HubSocket, HubStore, Whom } from './ports.ts';
import { createPresenceBoard } from './presence-board.ts';
import { createRelay } from './relay.ts';
import { createSessionRegistry } from './session-registry.ts';
import { createSessions, sessionFactKey } from './sessions.ts';
import { createTelephonyFacts } from './telephony-facts.ts';
import { createTenantGate, type NodeAuthority } from './tenant-gate.ts';

export interface HubOptions {
  /** Names this edge among those of its region. */
  origin: string;
  verifyToken: AccessTokenVerifier;
  verifyNode: NodeVerifier;
  mayServe: NodeAuthority;
  store: HubStore;
  bus: HubBus;
  clock: Clock;
  logger: Logger;
  /** False while no fresh tokens are to be had: then ended ones keep their sockets. */
  canRenew: () => boolean;
  limits?: Partial<HubLimits>;
}

/**
 * The realtime hub: client sessions with resume, presence from facts, and the relay between
 * clients and media nodes. Knows no runtime: sockets, store, bus, clock come from outside, and
 * whoever holds it calls `sweep` about once a second.
 */
export interface Hub {
  openClient(socket: HubSocket): ClientConnection;
  openNode(socket: HubSocket): NodeConnection;
  /** A notice of the control plane. */
  notice(frame: ControlToEdge): void;
  /** A user changed own settings: the other devices of the user fetch them. */
  ownChanged(whom: Whom): void;
  /** Notices were lost: every client fetches what it holds copies of. */
  noticesMissed(): void;
  /**
   * Why a token that verifies opens nothing but the emergency door: its sign-in was ended, its
   * tenant suspended. Undefined when nothing stands against it.
   */
  refusal(claims: AccessClaims): ErrorCode | undefined;
  /** A user's presence with the facts behind it. */
  explain(whom: Whom): ExplainedPresence;
  sweep(): void;
  stop(): void;
  readonly sessions: number;
}

export function createHub(options: HubOptions): Hub {
  const { origin, bus, clock, logger } = options;
  const limits: HubLimits = { ...defaultLimits, ...options.limits };
  const registry = createSessionRegistry();
  const delivery = createDelivery(registry);
  const presence = createPresenceBoard({
    clock,
    onChange: (whom, explained) => delivery.presence(whom, explained.view),
  });
  const nodes = createNodeDirectory();
  const calls = createCallBoard();
  const lines = createLineBoard();
  const telephony = createTelephonyFacts({
    bus,
    origin,
    ttlMs: limits.telephonyKeepMs,
    remaining: presence.remaining,
  });
  const relay = createRelay({ nodes, nodeOfCall: calls.nodeOf, limits, clock });
  const ledger = createCommandLedger(limits, clock);
  const manual = createManualStates({
    store: options.store,
    bus,
    origin,
    ttlMs: limits.sessionKeepMs + limits.silenceMs,
    remaining: (whom) => presence.remaining(whom, manualFactKey(origin)),
    present: (whom) => registry.ofUser(whom).size > 0,
    clock,
    logger,
  });
  const sessions = createSessions({
    registry,
    bus,
    origin,
    limits,
    clock,
    logger,
    canRenew: options.canRenew,
    remaining: (whom) => presence.remaining(whom, sessionFactKey(origin)),
    onDeviceGone({ whom, deviceId }) {
      const node = nodes.serving(whom);
      if (node) nodes.linkOf(node)?.send({ t: 'device.gone', ...whom, deviceId });
    },
    onSignedOut: manual.forget,
  });
  const commands = createCommands({ sessions, ledger, relay, manual, calls, logger });

  bus.subscribe((message) => {
    if (message.t === 'event') return delivery.event(message);
    const { tenant, userId, key, fact, ttlMs } = message;
    if (fact) presence.put({ tenant, userId }, key, fact, ttlMs);
    else presence.drop({ tenant, userId }, key);
  });

  const toUser = (whom: Whom, event: RealtimeEvent) => bus.publish({ t: 'event', ...whom, event });

  function tellCall(entry: LiveCall): void {
    telephony.tell(entry);
    toUser(entry.whom, { type: 'call.changed', data: { call: entry.call } });
  }
  function tellLine({ tenant, lineId, state }: LineChange): void {
    const event: RealtimeEvent = { type: 'line.state', data: { lineId, state } };
    bus.publish({ t: 'event', tenant, scope: 'lines:read', event });
  }
  function tellReach({ gained, lost }: Reach): void {
    for (const [users, reachable] of [[lost, false] as const, [gained, true] as const])
      for (const whom of users) toUser(whom, { type: 'telephony.reachable', data: { reachable } });
  }

  const handler: NodeHandler = {
    down(nodeId, link) {
      const reach = nodes.down(nodeId, link, clock.monotonic());
      if (!reach) return;
      logger.warn({ node: nodeId, users: reach.lost.length }, 'node link lost');
      tellReach(reach);
    },
    serving(nodeId, served) {
      tellReach(nodes.serve(nodeId, served.users));
      for (const entry of calls.replaceOfNode(nodeId, served.calls)) tellCall(entry);
      for (const change of lines.replaceOfNode(nodeId, served.lines)) tellLine(change);
      relay.repeat(nodeId);
    },
    callChanged(entry) {
      calls.put(entry);
      tellCall(entry);
    },
    ring(entry) {
      calls.put(entry);
      tellCall(entry);
      return registry.signedInDevices(entry.whom);
    },
    callQuality(nodeId, whom, data) {
      // Of calls it does not hold a node knows nothing.
      if (calls.nodeOf(whom, data.callId) !== nodeId) return;
      toUser(whom, { type: 'call.quality', data });
    },
    lineState(nodeId, change) {
      if (lines.put(nodeId, change)) tellLine(change);
    },
    result(nodeId, frame) {
      if (!relay.settle(nodeId, frame))
        logger.debug({ node: nodeId, command: frame.id }, 'result nobody waits for');
    },
  };

  const open = new Set<{ sweep(): void }>();
  const clientContext = {
    verifyToken: options.verifyToken,
    registry,
    sessions,
    commands,
    manual,
    sources: { delivery, presence, calls, lines, manual, nodes },
    limits,
    clock,
    logger,
  };
  const nodeContext = {
    verifyNode: options.verifyNode,
    gate: createTenantGate({ mayServe: options.mayServe, limits, clock, logger }),
    nodes,
    handler,
    limits,
    clock,
    logger,
  };

  function sweepNodes(): void {
    const now = clock.monotonic();
    for (const nodeId of nodes.linked())
      for (const entry of calls.ofNode(nodeId)) telephony.renew(entry);
    for (const nodeId of nodes.forget(now - limits.callKeepMs)) {
      logger.warn({ node: nodeId }, 'node stayed away: its calls count as lost');
      for (const entry of calls.dropNode(nodeId)) tellCall(entry);
      for (const change of lines.loseNode(nodeId, clock.now())) tellLine(change);
    }
  }

  return {
    get sessions() {
      return registry.size;
    },
    openClient(socket) {
      const connection = createClientConnection(socket, clientContext, () =>
        open.delete(connection),
      );
      open.add(connection);
      return connection;
    },
    openNode(socket) {
      const connection = createNodeConnection(socket, nodeContext, () => open.delete(connection));
      open.add(connection);
      return connection;
    },
    notice(frame) {
      if (frame.t === 'journal.changed') {
        const { tenant, userId, entry } = frame;
        toUser({ tenant, userId }, { type: 'journal.changed', data: { entry } });
      } else if (frame.t === 'directory.changed') {
        const event: RealtimeEvent = { type: 'directory.changed', data: {} };
        bus.publish({ t: 'event', tenant: frame.tenant, event });
      } else if (frame.t === 'tenant.state') sessions.tenantState(frame.tenant, frame.state);
      else if (frame.t === 'session.ended') sessions.endSignIn(frame.tenant, frame.sessionId);
    },
    ownChanged: (whom) => toUser(whom, { type: 'directory.changed', data: {} }),
    noticesMissed() {
      // The control plane repeats every stopped tenant right after a link is up.
      sessions.forgetTenantStates();
      const event: RealtimeEvent = { type: 'directory.changed', data: {} };
      for (const tenant of registry.tenants()) bus.publish({ t: 'event', tenant, event });
    },
    refusal(claims) {
      if (sessions.wasEnded(claims)) return 'session_expired';
      const standing = sessions.standing(claims);
      return standing.is === 'full' ? undefined : standing.because;
    },
    explain: presence.explain,
    sweep() {
      for (const connection of [...open]) connection.sweep();
      sessions.sweep();
      manual.sweep();
      sweepNodes();
      presence.sweep();
      relay.sweep();
      ledger.sweep();
    },
    stop: sessions.stop,
  };
}
