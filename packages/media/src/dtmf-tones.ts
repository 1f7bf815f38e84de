/** DTMF as tones in the audio (ITU-T Q.23, Q.24): makes them and finds them. */
import { digitOfEvent, eventOfDigit } from './rfc4733.ts';

const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1209, 1336, 1477, 1633] as const;
/** Keys by row and column. */
const PAD = ['123A', '456B', '789C', '*0#D'] as const;
/** Peak of each of the two tones as a share of full scale: −9 dBm0 with −11 dBm0 at its side. */
const LOW_AMPLITUDE = 0.22;
const HIGH_AMPLITUDE = 0.28;
/** Ramp that keeps a tone from clicking, s. */
const RAMP = 0.002;

/** Block over which the tones are looked for, s: 102 samples at 8 kHz. */
const BLOCK = 0.01275;
/** Blocks in a row that begin and end a key: 25 ms and more of tone, 25 ms of something else. */
const BEGIN_BLOCKS = 2;
const END_BLOCKS = 2;
/** Least mean square of a block, −42 dB below full scale, and share of it in the two tones. */
const MIN_POWER = 6e-5;
const MIN_SHARE = 0.8;
/** Most by which one tone may be stronger than the other: 8 dB (Q.24 Annex A allows 4 to 10). */
const MAX_TWIST = 6.3;
/** Least by which the tone of a group stands out of its others: 8 dB. */
const MIN_LEAD = 6.3;

/**
 * The tone of a key.
 * @param digit `0-9 * # A-D`
 * @returns samples of 16 bits
 * @throws RangeError for anything else
 */
export function dtmfTone(digit: string, toneMs: number, sampleRate: number): Int16Array {
  const event = eventOfDigit(digit);
  const key = event === undefined ? undefined : digitOfEvent(event);
  const row = PAD.findIndex((keys) => key !== undefined && keys.includes(key));
  if (row < 0) throw new RangeError('not a DTMF key');
  const column = (PAD[row] as string).indexOf(key as string);
  const low = (2 * Math.PI * (ROWS[row] as number)) / sampleRate;
  const high = (2 * Math.PI * (COLUMNS[column] as number)) / sampleRate;
  const length = Math.round((toneMs * sampleRate) / 1000);
  const ramp = RAMP * sampleRate;
  return Int16Array.from({ length }, (_, i) => {
    const level = Math.min(1, (i + 1) / ramp, (length - i) / ramp);
    const wave = LOW_AMPLITUDE * Math.sin(low * i) + HIGH_AMPLITUDE * Math.sin(high * i);
    return Math.round(32767 * level * wave);
  });
}

/** Finds keys in the audio of one stream: each is told once, when it has begun. */
export class DtmfDetector {
  readonly #block: Float64Array;
  readonly #coefficients: Float64Array;
  readonly #powers = new Float64Array(8);
  #filled = 0;
  #candidate: string | undefined;
  #run = 0;
  #pressed: string | undefined;
  #misses = 0;

  constructor(sampleRate: number) {
    this.#block = new Float64Array(Math.round(BLOCK * sampleRate));
    this.#coefficients = Float64Array.from(
      [...ROWS, ...COLUMNS],
      (frequency) => 2 * Math.cos((2 * Math.PI * frequency) / sampleRate),
    );
  }

  /** Whether a key is down. */
  get isPressed(): boolean {
    return this.#pressed !== undefined;
  }

  /** Whether the last block was one of a key, which may only be about to begin. */
  get isSuspected(): boolean {
    return this.#pressed !== undefined || this.#candidate !== undefined;
  }

  /** Takes the next samples; the keys that have begun in them. */
  push(samples: Int16Array): string {
    let digits = '';
    const block = this.#block;
    for (const sample of samples) {
      block[this.#filled++] = sample / 32768;
      if (this.#filled < block.length) continue;
      this.#filled = 0;
      digits += this.#take(this.#find());
    }
    return digits;
  }

  #take(key: string | undefined): string {
    if (key !== this.#candidate) {
      this.#candidate = key;
      this.#run = 0;
    }
    this.#run++;
    if (this.#pressed !== undefined) {
      this.#misses = key === this.#pressed ? 0 : this.#misses + 1;
      if (this.#misses < END_BLOCKS) return '';
      this.#pressed = undefined;
    }
    if (key === undefined || this.#run < BEGIN_BLOCKS) return '';
    this.#pressed = key;
    this.#misses = 0;
    return key;
  }

  /** The key whose two tones make up the block. */
  #find(): string | undefined {
    const { length } = this.#block;
    let total = 0;
    for (let i = 0; i < length; i++) total += (this.#block[i] as number) ** 2;
    total /= length;
    if (total < MIN_POWER) return undefined;
    for (let t = 0; t < 8; t++) this.#powers[t] = this.#goertzel(this.#coefficients[t] as number);
    const row = strongest(this.#powers, 0);
    const column = strongest(this.#powers, 4);
    if (row < 0 || column < 0) return undefined;
    const low = this.#powers[row] as number;
    const high = this.#powers[column] as number;
    if (low > MAX_TWIST * high || high > MAX_TWIST * low) return undefined;
    if (low + high < MIN_SHARE * total) return undefined;
    return (PAD[row] as string)[column - 4];
  }

  /** Mean square of a sine of one frequency in the block. */
  #goertzel(coefficient: number): number {
    let before = 0;
    let last = 0;
    for (let i = 0; i < this.#block.length; i++) {
      const next = (this.#block[i] as number) + coefficient * last - before;
      before = last;
      last = next;
    }
    const power = last * last + before * before - coefficient * last * before;
    return (2 * power) / this.#block.length ** 2;
  }
}

/** The index of the power that stands out of the four from `from`; −1 when none does. */
function strongest(powers: Float64Array, from: number): number {
  let best = from;
  for (let i = from + 1; i < from + 4; i++) {
    if ((powers[i] as number) > (powers[best] as number)) best = i;
  }
  for (let i = from; i < from + 4; i++) {
    if (i !== best && MIN_LEAD * (powers[i] as number) > (powers[best] as number)) return -1;
  }
  return best;
}
