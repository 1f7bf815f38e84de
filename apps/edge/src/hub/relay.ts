import { type CallCommandType, callMediaResult } from '@trunkline/contracts/calls.ts';
import { type ErrorCode, errorRegistry } from '@trunkline/contracts/errors.ts';
import type { CallId, DeviceId, MediaNodeId } from '@trunkline/contracts/ids.ts';
import type { EdgeToNode, NodeToEdge } from '@trunkline/contracts/link.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { CommandOutcome } from './frames.ts';
import type { HubLimits } from './limits.ts';
import type { NodeDirectory } from './node-directory.ts';
import type { Whom } from './ports.ts';

export interface RelayedCommand {
  whom: Whom;
  deviceId: DeviceId;
  /** Client-made, unique per device. */
  commandId: string;
  emergencyOnly: boolean;
  type: CallCommandType;
  data: object;
}

/** Carries call commands to the media node that serves the user, and results back. */
export interface Relay {
  send(command: RelayedCommand): Promise<CommandOutcome>;
  /** The answer of a node; false when nobody waits for it (any more, or from this node). */
  settle(nodeId: MediaNodeId, result: NodeToEdge & { t: 'result' }): boolean;
  /** Repeats what a node has not answered, after its link came back. Nodes are idempotent by id. */
  repeat(nodeId: MediaNodeId): void;
  /** Gives up on commands whose time is over. */
  sweep(): void;
}

interface Pending {
  nodeId: MediaNodeId;
  frame: EdgeToNode & { t: 'command' };
  deadline: number;
  resolve: (outcome: CommandOutcome) => void;
}

/** Commands that bring an offer and are answered with the media engine's answer. */
const mediaCommands = new Set<CallCommandType>([
  'call.dial',
  'call.answer',
  'call.pickup',
  'call.move',
  'call.feature',
]);

const away: CommandOutcome = { ok: false, code: 'no_media_node' };

function isErrorCode(code: string | null): code is ErrorCode {
  return code !== null && Object.hasOwn(errorRegistry, code);
}

function outcomeOf(type: CallCommandType, result: NodeToEdge & { t: 'result' }): CommandOutcome {
  if (!result.ok) return { ok: false, code: isErrorCode(result.code) ? result.code : 'internal' };
  if (!mediaCommands.has(type)) return { ok: true, data: {} };
  const media = callMediaResult.safeParse(result.data);
  return media.success ? { ok: true, data: media.data } : { ok: false, code: 'internal' };
}

export function createRelay(options: {
  nodes: NodeDirectory;
  /** The node that holds a call of the user. */
  nodeOfCall: (whom: Whom, callId: CallId) => MediaNodeId | undefined;
  limits: HubLimits;
  clock: Clock;
}): Relay {
  const { nodes, nodeOfCall, limits, clock } = options;
  const pending = new Map<string, Pending>();

  function nodeFor(command: RelayedCommand): MediaNodeId | undefined {
    const callId = 'callId' in command.data ? (command.data.callId as CallId) : undefined;
    const holder = callId && nodeOfCall(command.whom, callId);
    return holder ?? nodes.serving(command.whom);
  }

  return {
    send(command) {
      const nodeId = nodeFor(command);
      const link = nodeId && nodes.linkOf(nodeId);
      if (!nodeId || !link) return Promise.resolve(away);
      const { whom, deviceId, commandId, emergencyOnly, type, data } = command;
      // A command id is unique per device only.
      const id = `${whom.userId}:${deviceId}:${commandId}`;
      const frame = {
        t: 'command' as const,
        id,
        ...whom,
        deviceId,
        emergencyOnly,
        type,
        data,
        expiresAt: new Date(clock.now().getTime() + limits.commandMs).toISOString(),
      };
      if (!link.send(frame)) return Promise.resolve(away);
      return new Promise((resolve) => {
        const deadline = clock.monotonic() + limits.commandMs;
        pending.set(id, { nodeId, frame, deadline, resolve });
      });
    },
    settle(nodeId, result) {
      const command = pending.get(result.id);
      if (command?.nodeId !== nodeId) return false;
      pending.delete(result.id);
      command.resolve(outcomeOf(command.frame.type, result));
      return true;
    },
    repeat(nodeId) {
      for (const command of pending.values())
        if (command.nodeId === nodeId) nodes.linkOf(nodeId)?.send(command.frame);
    },
    sweep() {
      const now = clock.monotonic();
      for (const [id, command] of pending) {
        if (command.deadline > now) continue;
        pending.delete(id);
        command.resolve(away);
      }
    },
  };
}
