/**
 * Concealment of lost audio by repeating what was heard last, in the manner of ITU-T G.711
 * Appendix I (09/1999): the pitch period is found by correlation, the last periods go on for the
 * length of the gap, fade after 10 ms by a fifth every 10 ms and are silent after 60 ms. Unlike
 * Appendix I nothing is held back for the joins: their steps are ramped away instead, which spares
 * 3.75 ms of delay.
 */

/** Pitch periods looked for, s: 200 Hz to 66 Hz (Appendix I §2.1). */
const MIN_PERIOD = 0.005;
const MAX_PERIOD = 0.015;
/** Audio compared at each candidate, s. */
const WINDOW = 0.02;
/** Gap concealed at full level and each step in which one period more is repeated, s. */
const STEP = 0.01;
/** Most periods repeated. */
const MAX_PERIODS = 3;
/** Gap after which nothing is heard any more, s. */
const FADED = 0.06;
/** Crossfade when audio returns, s: at least, and at most after a long gap (Appendix I §2.4). */
const MIN_CROSSFADE = 0.004;
const MAX_CROSSFADE = 0.01;
/** Rate at which candidates are compared before the best is refined, Hz. */
const COARSE_RATE = 4000;

export interface Concealer {
  /** Passes audio that arrived; after a gap its begin is joined to what was made up. Same length. */
  good(pcm: Int16Array): Int16Array;
  /** Makes up audio for a gap of this many samples, from what was heard before. */
  lost(samples: number): Int16Array;
}

/**
 * A concealer for one stream.
 * @param sampleRate Hz, a multiple of 4000 from 8000 to 48 000
 * @throws RangeError for another rate
 */
export function createConcealer(sampleRate: number): Concealer {
  if (sampleRate % COARSE_RATE !== 0 || sampleRate < 8000 || sampleRate > 48_000) {
    throw new RangeError('audio is concealed at multiples of 4000 Hz from 8000 to 48 000');
  }
  return new WaveformConcealer(sampleRate);
}

class WaveformConcealer implements Concealer {
  readonly #rate: number;
  /** What was heard last, the newest sample at the end. */
  readonly #history: Float32Array;
  #gap: Gap | undefined;

  constructor(rate: number) {
    this.#rate = rate;
    this.#history = new Float32Array(Math.round(rate * (MAX_PERIODS + 1) * MAX_PERIOD));
  }

  good(pcm: Int16Array): Int16Array {
    const joined = this.#gap === undefined ? pcm : this.#join(this.#gap, pcm);
    if (pcm.length > 0) this.#gap = undefined;
    this.#remember(joined);
    return joined;
  }

  lost(samples: number): Int16Array {
    this.#gap ??= new Gap(this.#history, this.#rate);
    const made = new Int16Array(samples);
    this.#gap.fill(made);
    // Remembered too: without it the audio around the gap would not stand where it belongs.
    this.#remember(made);
    return made;
  }

  #join(gap: Gap, pcm: Int16Array): Int16Array {
    const length = Math.min(
      pcm.length,
      Math.round(Math.min(MAX_CROSSFADE, MIN_CROSSFADE + 0.4 * gap.seconds) * this.#rate),
    );
    const tail = new Int16Array(length);
    gap.fill(tail);
    const joined = Int16Array.from(pcm);
    for (let i = 0; i < length; i++) {
      const weight = (i + 1) / (length + 1);
      joined[i] = Math.round(weight * (pcm[i] as number) + (1 - weight) * (tail[i] as number));
    }
    return joined;
  }

  #remember(pcm: Int16Array): void {
    const history = this.#history;
    const kept = Math.max(0, history.length - pcm.length);
    history.copyWithin(0, history.length - kept);
    for (let i = kept; i < history.length; i++) {
      history[i] = pcm[pcm.length - history.length + i] as number;
    }
  }
}

/** One gap: repeats the last pitch periods, more of them as it grows longer. */
class Gap {
  readonly #history: Float32Array;
  readonly #rate: number;
  readonly #period: number;
  /** Samples over which a step between two repetitions is ramped away: a quarter of a period. */
  readonly #ramp: number;
  #periods = 1;
  /** Place within the repeated stretch. */
  #at = 0;
  /** Samples made up so far. */
  #length = 0;
  /** Step of the last join and how much of it is still to be added. */
  #step = 0;
  #sinceJoin = 0;
  #previous: number;

  constructor(history: Float32Array, rate: number) {
    this.#history = Float32Array.from(history);
    this.#rate = rate;
    this.#period = pitchPeriod(this.#history, rate);
    this.#ramp = this.#period >> 2;
    this.#previous = this.#history[this.#history.length - 1] as number;
    this.#beginStretch();
  }

  get seconds(): number {
    return this.#length / this.#rate;
  }

  fill(made: Int16Array): void {
    for (let i = 0; i < made.length; i++) made[i] = this.#next();
  }

  #next(): number {
    const gain = this.#gain();
    if (gain === 0) {
      this.#length++;
      return 0;
    }
    if (this.#at === this.#periods * this.#period) {
      this.#periods = Math.min(MAX_PERIODS, 1 + Math.floor(this.seconds / STEP));
      this.#beginStretch();
    }
    const from = this.#history.length - this.#periods * this.#period;
    const left = Math.max(0, this.#ramp - this.#sinceJoin) / this.#ramp;
    const sample = (this.#history[from + this.#at] as number) + this.#step * left;
    this.#at++;
    this.#sinceJoin++;
    this.#length++;
    this.#previous = sample;
    return Math.max(-32768, Math.min(32767, Math.round(gain * sample)));
  }

  /**
   * Goes back to the begin of the stretch. What came just before it is where the last sample
   * should have been; the difference is the step of the join.
   */
  #beginStretch(): void {
    this.#at = 0;
    this.#sinceJoin = 0;
    const before = this.#history.length - this.#periods * this.#period - 1;
    this.#step = this.#previous - (this.#history[before] as number);
  }

  #gain(): number {
    const seconds = this.seconds;
    return seconds >= FADED ? 0 : Math.min(1, (FADED - seconds) / (FADED - STEP));
  }
}

/** The distance in samples at which the end of the history is most like what was before it. */
function pitchPeriod(history: Float32Array, rate: number): number {
  const min = Math.round(MIN_PERIOD * rate);
  const max = Math.round(MAX_PERIOD * rate);
  const stride = rate / COARSE_RATE;
  const coarse = bestLag(history, rate, { from: min, to: max, stride });
  const from = Math.max(min, coarse - stride + 1);
  return bestLag(history, rate, { from, to: Math.min(max, coarse + stride - 1), stride: 1 });
}

/** Searches lags by normalised correlation; every `stride`th lag over every `stride`th sample. */
function bestLag(
  history: Float32Array,
  rate: number,
  o: { from: number; to: number; stride: number },
): number {
  const { length } = history;
  const begin = length - Math.round(WINDOW * rate);
  let best = o.from;
  let highest = Number.NEGATIVE_INFINITY;
  for (let lag = o.from; lag <= o.to; lag += o.stride) {
    let product = 0;
    let energy = 1;
    for (let i = begin; i < length; i += o.stride) {
      const past = history[i - lag] as number;
      product += (history[i] as number) * past;
      energy += past * past;
    }
    const likeness = product / Math.sqrt(energy);
    if (likeness > highest) {
      highest = likeness;
      best = lag;
    }
  }
  return best;
}
