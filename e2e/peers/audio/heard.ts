import { type WaitOptions, waitFor } from '../../harness/wait-for.ts';

/** What a peer hears at the moment. */
export interface Heard {
  /** Dominating frequency in hertz; 0 for silence. */
  readonly hz: number;
  /** Level in dB below full scale (RMS for a phone's recording, peak bin for a browser). */
  readonly level: number;
}

/** Quieter than this is silence: the noise of a codec lies lower, the tones of the peers at −15. */
const SILENCE_DB = -60;

/** The pause between two words is shorter, and so is a gap at the change of a stream. */
const LASTING_MS = 500;

/** Tells whether a tone is heard: its frequency within 3 %, and not silence. */
export function hears(heard: Heard, hz: number): boolean {
  return heard.level > SILENCE_DB && Math.abs(heard.hz - hz) <= hz * 0.03;
}

/** Waits until half a second has passed with nothing heard. */
export async function waitForLastingSilence(
  who: string,
  measure: () => Promise<Heard>,
  options: WaitOptions = {},
): Promise<void> {
  let since: number | undefined;
  let last: Heard | undefined;
  await waitFor(
    `${who} to hear nothing`,
    async () => {
      last = await measure();
      if (last.level > SILENCE_DB) since = undefined;
      else since ??= performance.now();
      return since !== undefined && performance.now() - since >= LASTING_MS;
    },
    { explain: () => `heard ${JSON.stringify(last)}`, ...options },
  );
}
