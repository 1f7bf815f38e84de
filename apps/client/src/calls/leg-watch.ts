import type { CallView } from '@trunkline/contracts/calls.ts';
import type { Peer } from './peer.ts';
import {
  type MediaSample,
  type Quality,
  qualityOf,
  type Received,
  receivedBetween,
} from './quality.ts';

/** How often media is looked at, and how long nothing may arrive, milliseconds. */
export const watchEvery = 1_000;
const silenceAfter = 2_000;
/** Growth of the received energy that somebody can hear. */
const audible = 1e-7;

export interface Observation {
  readonly quality: Quality;
  readonly received: Received;
  readonly silent: boolean;
}

/** Looks at one leg's media time and again. */
export interface LegWatch {
  /** Undefined at the first look, which has nothing to compare with. */
  look(call: CallView | undefined): Promise<Observation | undefined>;
  /** Something was to be heard before the answer: the far end plays its own tones. */
  readonly heard: boolean;
}

export function createLegWatch(peer: Pick<Peer, 'sample'>): LegWatch {
  let before: MediaSample | null = null;
  let lastPacketAt: number | null = null;
  let heard = false;
  return {
    get heard() {
      return heard;
    },
    async look(call) {
      const sample = await peer.sample();
      const last = before;
      before = sample;
      if (!last) return undefined;
      if (sample.energy - last.energy > audible) heard = true;
      const quality = qualityOf(last, sample);
      // Nobody expects sound of a call that somebody holds.
      const expected = call?.state === 'connected' && !call.held && !call.remoteHeld;
      if (quality > 0 || !expected) lastPacketAt = sample.at;
      lastPacketAt ??= last.at;
      return {
        quality,
        received: receivedBetween(last, sample),
        silent: expected && sample.at - lastPacketAt >= silenceAfter,
      };
    },
  };
}
