/**
 * Doubles or halves the sampling rate: for G.711 on one side and G.722 on the other, the only pair
 * that no codec can meet in the middle.
 */

/** Taps of the half-band filter on either side of its centre. */
const REACH = 23;
/** Half-band low-pass: a sinc under a Blackman window; every second tap but the centre is zero. */
const ODD_TAPS = Float64Array.from({ length: (REACH + 1) / 2 }, (_, i) => {
  const n = 2 * i + 1;
  const x = (Math.PI * n) / (REACH + 2);
  const window = 0.42 + 0.5 * Math.cos(x) + 0.08 * Math.cos(2 * x);
  return (Math.sin((Math.PI * n) / 2) / (Math.PI * n)) * window;
});
/** What the taps add up to on one side; a half once scaled. */
const SCALE = 0.25 / ODD_TAPS.reduce((sum, tap) => sum + tap, 0);

/** Converts one stream; called with consecutive pieces of it. */
export type Resampler = (samples: Int16Array) => Int16Array;

/** Twice the rate. */
export function createUpsampler(): Resampler {
  const half = ODD_TAPS.length;
  let line = new Float64Array(2 * half);
  return (samples) => {
    const extended = new Float64Array(2 * half + samples.length);
    extended.set(line);
    extended.set(samples, 2 * half);
    const output = new Int16Array(2 * samples.length);
    for (let i = 0; i < samples.length; i++) {
      const centre = i + half;
      let sum = 0;
      for (let k = 0; k < half; k++) {
        const pair = (extended[centre - k] as number) + (extended[centre + 1 + k] as number);
        sum += (ODD_TAPS[k] as number) * pair;
      }
      output[2 * i] = extended[centre] as number;
      output[2 * i + 1] = clip(2 * SCALE * sum);
    }
    line = extended.slice(samples.length);
    return output;
  };
}

/** Half the rate; an odd sample waits for the next piece. */
export function createDownsampler(): Resampler {
  const reach = 2 * ODD_TAPS.length - 1;
  let line = new Float64Array(2 * reach);
  return (samples) => {
    const extended = new Float64Array(line.length + samples.length);
    extended.set(line);
    extended.set(samples, line.length);
    const count = Math.max(0, (extended.length - 2 * reach) >> 1);
    const output = new Int16Array(count);
    for (let i = 0; i < count; i++) {
      const centre = reach + 2 * i;
      let sum = 0;
      for (let k = 0; k < ODD_TAPS.length; k++) {
        const pair =
          (extended[centre - 1 - 2 * k] as number) + (extended[centre + 1 + 2 * k] as number);
        sum += (ODD_TAPS[k] as number) * pair;
      }
      output[i] = clip(0.5 * (extended[centre] as number) + SCALE * sum);
    }
    line = extended.slice(2 * count);
    return output;
  };
}

function clip(value: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(value)));
}
