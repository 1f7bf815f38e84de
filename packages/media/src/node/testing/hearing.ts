/** Remembers what an endpoint heard lately, to be asked for its frequency. */
import { type DominantTone, dominantTone } from '../../audio/detect.ts';
import type { RtpEndpoint } from '../rtp-endpoint.ts';

const FRAMES = 25;

export interface Hearing {
  /** What was heard in the last half second; silence until it is complete. */
  tone(): DominantTone;
  /** Forgets what was heard so far. */
  forget(): void;
}

/** Listens to an endpoint. */
export function listen(endpoint: RtpEndpoint): Hearing {
  let frames: Int16Array[] = [];
  endpoint.onAudio((samples) => {
    frames.push(samples);
    if (frames.length > FRAMES) frames.shift();
  });
  return {
    tone() {
      const complete = frames.length < FRAMES ? [] : frames.flatMap((frame) => [...frame]);
      return dominantTone(Int16Array.from(complete), 8000);
    },
    forget() {
      frames = [];
    },
  };
}
