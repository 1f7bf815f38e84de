import { type CallCommandData, callCommands } from '@trunkline/contracts/calls.ts';
import { type ErrorCode, TrunklineError } from '@trunkline/contracts/errors.ts';
import {
  type ClientFrame,
  type RealtimeCommandType,
  realtimeCommands,
} from '@trunkline/contracts/realtime.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { CallBoard } from './call-board.ts';
import type { CommandLedger } from './command-ledger.ts';
import { type CommandOutcome, resultBody } from './frames.ts';
import type { ManualStates } from './manual-states.ts';
import type { Relay } from './relay.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

/** Runs the commands of clients; the results go into their streams. */
export interface Commands {
  run(session: Session, frame: ClientFrame & { t: 'cmd' }): void;
}

/** What remains when only emergency calls are allowed: dialling, and handling that call. */
const emergencyCommands = new Set<RealtimeCommandType>([
  'call.dial',
  'call.hangup',
  'call.dtmf',
  'call.answer',
  'call.move',
]);
/** How a window takes its call back after a reload: good for emergency calls alone. */
const takingBack = new Set<RealtimeCommandType>(['call.answer', 'call.move']);

export function createCommands(options: {
  sessions: Sessions;
  ledger: CommandLedger;
  relay: Relay;
  manual: ManualStates;
  calls: CallBoard;
  logger: Logger;
}): Commands {
  const { sessions, ledger, relay, manual, calls, logger } = options;
  const refused = (code: ErrorCode): CommandOutcome => ({ ok: false, code });

  async function perform(
    session: Session,
    frame: ClientFrame & { t: 'cmd' },
  ): Promise<CommandOutcome> {
    const { type } = frame;
    const standing = sessions.standing(session.claims);
    if (standing.is === 'none') return refused(standing.because);
    const emergencyOnly = standing.is === 'emergency';
    if (emergencyOnly && !emergencyCommands.has(type)) return refused(standing.because);
    const data = realtimeCommands[type].safeParse(frame.data);
    if (!data.success) return refused('invalid_request');
    if (emergencyOnly && takingBack.has(type)) {
      const { callId } = data.data as CallCommandData<'call.answer' | 'call.move'>;
      const own = calls.ofUser(session.whom).find((call) => call.id === callId);
      if (!own?.emergency) return refused(standing.because);
    }
    try {
      if (type === 'presence.set') {
        await manual.set(session.claims, realtimeCommands['presence.set'].parse(frame.data));
        return { ok: true, data: {} };
      }
      return await relay.send({
        whom: session.whom,
        deviceId: session.deviceId,
        commandId: frame.id,
        emergencyOnly,
        type,
        data: callCommands[type].parse(frame.data),
      });
    } catch (error) {
      if (error instanceof TrunklineError) return refused(error.code);
      logger.error({ err: error, command: type, tenant: session.whom.tenant }, 'command failed');
      return refused('internal');
    }
  }

  return {
    run(session, frame) {
      if (!session.expectResult(frame.id)) return;
      const device = `${session.whom.tenant} ${session.whom.userId} ${session.deviceId}`;
      const answer = (outcome: CommandOutcome) =>
        session.pushResult(frame.id, resultBody(frame.id, outcome, session.claims.lang));
      const outcome = ledger.run(device, frame.id, () => perform(session, frame));
      if (outcome) outcome.then(answer, () => answer(refused('internal')));
      else answer(refused('rate_limited'));
    },
  };
}
