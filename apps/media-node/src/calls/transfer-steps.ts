import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { CallEnvironment } from './environment.ts';
import { resumeCall } from './hold.ts';
import { NegotiationFailed } from './leg-media.ts';
import { mediaEnd, renegotiate } from './legs.ts';
import { aboutOf, publish, publishOthers } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { openRelay } from './media.ts';

type Transferred = NodeEventData<'call.transferred'>;

/** What a transfer came to; `pending` when it is still open after a while. */
export type Outcome = 'accepted' | 'failed' | 'pending';

/** How a transfer is told to the flight recorder. */
export function teller(
  env: CallEnvironment,
  call: LiveCall,
  fixed: Pick<Transferred, 'kind' | 'method' | 'target' | 'otherCallId'>,
): (state: Transferred['state'], sipCode?: number | null) => void {
  const { userId } = call;
  return (state, sipCode = null) =>
    env.recorder.record('call.transferred', aboutOf(call), {
      ...fixed,
      by: 'local',
      userId,
      state,
      sipCode,
    });
}

/** Waits for a result as long as a command may; after that the call's view tells. */
export function within(env: CallEnvironment, work: Promise<Outcome>): Promise<Outcome> {
  return new Promise((resolve) => {
    const cancel = env.time.after(env.bounds.transferResultMs, () => resolve('pending'));
    void work.then((outcome) => {
      cancel();
      resolve(outcome);
    });
  });
}

/**
 * Moves the near leg's audio from the user's bridge to the relay. What the PBX refuses leaves it where
 * it was.
 * @throws LegRefused, NegotiationFailed
 */
export async function joinNear(call: LiveCall): Promise<void> {
  const { near, relay } = call;
  const media = near?.media;
  if (!media || !relay) throw new NegotiationFailed('no-audio');
  let stay: (() => void) | undefined;
  try {
    await renegotiate(near, () => {
      // Its turn came too late: the target is gone, or everybody.
      if (!call.takes('joinRefused')) throw new NegotiationFailed('no-audio');
      stay = media.checkpoint();
      media.moveTo(relay.near);
      return media.hold(false);
    });
  } catch (error) {
    stay?.();
    throw error;
  }
}

/** What follows when the audio of both sides is joined, or cannot be. */
export function afterJoin(env: CallEnvironment, call: LiveCall, work: Promise<unknown>): void {
  work.then(
    () => call.input('transferJoined'),
    (error: unknown) => {
      env.logger.warn({ call: call.id, err: error }, 'legs could not be joined');
      call.input('joinRefused', mediaEnd(error));
    },
  );
}

/**
 * Moves both legs of a call to a relay of their own.
 * @throws LegRefused, NegotiationFailed, MediaEngineError
 */
export async function joinBoth(env: CallEnvironment, call: LiveCall): Promise<void> {
  const { far } = call;
  const media = far?.media;
  if (!media) throw new NegotiationFailed('no-audio');
  const relay = await openRelay(env, call.id);
  if (!call.takes('joinRefused')) {
    relay.close();
    throw new NegotiationFailed('no-audio');
  }
  call.relay = relay;
  await renegotiate(far, () => media.moveTo(relay.far));
  await joinNear(call);
}

export async function giveHome(
  env: CallEnvironment,
  call: LiveCall,
  place: NonNullable<LiveCall['media']>['place'],
  held: boolean,
): Promise<void> {
  const { near } = call;
  const media = near?.media;
  if (call.phase !== 'talking' || !media) return;
  try {
    await renegotiate(near, () => {
      media.moveTo(place);
      return media.hold(held);
    });
  } catch (error) {
    env.logger.warn({ call: call.id, err: error }, 'a call could not be given back');
    call.input('mediaFailed', mediaEnd(error));
  }
}

/** Forgets the far leg and its audio; the call goes on with its user, or ends. */
export function dropFar(call: LiveCall): void {
  call.far = null;
  call.relay?.close();
  call.relay = null;
}

/** The user has the call again as it was before. */
export function takeBack(env: CallEnvironment, call: LiveCall, wasHeld: boolean): void {
  call.step = null;
  publish(env, call);
  publishOthers(env, call);
  const [media, home] = [call.near?.media, call.media];
  if (media && home && media.bridgeId !== home.place.bridgeId) {
    void giveHome(env, call, home.place, wasHeld);
    return;
  }
  if (wasHeld) return;
  resumeCall(env, call).catch((error: unknown) => {
    env.logger.warn({ call: call.id, err: error }, 'a call came back on hold');
  });
}
