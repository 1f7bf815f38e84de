import type { CallMediaResult } from '@trunkline/contracts/calls.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { DeviceId } from '@trunkline/contracts/ids.ts';
import type { CallEnvironment } from './environment.ts';
import { aboutOf, awaitBrowser, publish } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';

/**
 * Gives a call the media of a browser: that of a reloaded page, or another device of its user. The
 * PBX's side goes on as it is; the device that had the call sees that another one has it now.
 * @throws TrunklineError `media_failed`; the call stays where it was
 */
export async function attachDevice(
  env: CallEnvironment,
  call: LiveCall,
  deviceId: DeviceId,
  sdp: string,
): Promise<CallMediaResult> {
  const { media, userId } = call;
  if (!media || !userId) throw new TrunklineError('call_state');
  let answerSdp: string;
  try {
    answerSdp = await media.reattach(sdp);
  } catch (error) {
    throw new TrunklineError('media_failed', { cause: error });
  }
  if (call.phase === 'ended' || call.media !== media) throw new TrunklineError('call_gone');
  call.timers.clear('deviceGrace');
  awaitBrowser(env, call);
  if (call.deviceId !== deviceId) {
    call.deviceId = deviceId;
    env.recorder.record('call.moved', aboutOf(call), { userId, deviceId });
    publish(env, call);
  }
  return { callId: call.id, sdp: answerSdp };
}
