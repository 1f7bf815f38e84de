import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { UserId } from '@trunkline/contracts/ids.ts';
import type { CallEnvironment } from './environment.ts';
import { renegotiate } from './legs.ts';
import { aboutOf, publish } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { LegRefused } from './pbx.ts';
import { watchSilence } from './silence.ts';

/**
 * Holds the other side. From the first moment it hears nothing of ours; that the PBX refuses the
 * re-INVITE changes nothing about that.
 */
export async function holdCall(env: CallEnvironment, call: LiveCall): Promise<void> {
  const media = call.near?.media;
  if (!call.near || !media || media.held) return;
  const told = media.hold(true);
  note(env, call, true);
  // The leg is over; the one that is to take its place is told when it does.
  if (call.phase === 'followingOn') await call.far?.media?.hold(true);
  else await tellHeld(env, call, told);
}

/** Tells the PBX of a hold; what it makes of it changes nothing for what it hears. */
export async function tellHeld(
  env: CallEnvironment,
  call: LiveCall,
  done: Promise<void> | undefined,
): Promise<void> {
  const media = call.near?.media;
  if (!call.near || !media) return;
  try {
    await done;
    await renegotiate(call.near);
  } catch (error) {
    media.holdRefused = error instanceof LegRefused;
    env.logger.warn({ tenant: call.tenantId, call: call.id, err: error }, 'hold not met');
  }
}

/**
 * Takes a held call back; the user's other call is held first.
 * @throws TrunklineError `call_state` when the PBX refuses; the call stays on hold
 */
export async function resumeCall(env: CallEnvironment, call: LiveCall): Promise<void> {
  const media = call.near?.media;
  if (!call.near || !media?.held) return;
  if (call.userId) holdOthers(env, call, call.userId);
  try {
    if (media.holdRefused) await media.reopen();
    else {
      await media.hold(false);
      await renegotiate(call.near);
    }
  } catch (error) {
    env.logger.warn({ tenant: call.tenantId, call: call.id, err: error }, 'resume not met');
    await media.hold(true).catch(() => undefined);
    throw new TrunklineError('call_state', { cause: error });
  }
  note(env, call, false);
  watchSilence(env, call, 'rtp', 0);
}

/** One talks in one call: holds a user's other standing calls. */
export function holdOthers(env: CallEnvironment, call: LiveCall, userId: UserId): void {
  for (const other of env.calls.standingOf(call.tenantId, userId))
    if (other !== call) void holdCall(env, other);
}

function note(env: CallEnvironment, call: LiveCall, held: boolean): void {
  env.recorder.record('call.held', aboutOf(call), { by: 'local', held });
  if (call.phase !== 'ended') publish(env, call);
}
