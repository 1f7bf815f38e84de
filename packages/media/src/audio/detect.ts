/** Finds what a piece of audio consists of: the loudest frequency, its level, its share. */

export interface DominantTone {
  /** Hz, interpolated between the bins; 0 for silence. */
  frequency: number;
  /** Level of the whole signal in dB below full scale (RMS; a full-scale sine is −3). */
  level: number;
  /** Share of the signal's power within ±2 bins of the tone, 0–1: near 1 for a pure tone. */
  share: number;
}

/** Level given to digital silence. */
const FLOOR_DB = -120;

/**
 * The loudest frequency of 16-bit samples, by FFT over the largest power of two that fits (Hann
 * window). Below 64 samples nothing can be said: frequency 0.
 */
export function dominantTone(samples: Int16Array, sampleRate: number): DominantTone {
  const size = 2 ** Math.floor(Math.log2(Math.max(1, samples.length)));
  const level = levelOf(samples);
  if (size < 64 || level <= FLOOR_DB) return { frequency: 0, level, share: 0 };
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size);
    real[i] = (samples[samples.length - size + i] as number) * hann;
  }
  fft(real, imaginary);

  const power = new Float64Array(size / 2);
  let total = 0;
  let peak = 1;
  for (let bin = 1; bin < size / 2; bin++) {
    const value = (real[bin] as number) ** 2 + (imaginary[bin] as number) ** 2;
    power[bin] = value;
    total += value;
    if (value > (power[peak] as number)) peak = bin;
  }
  let near = 0;
  for (let bin = Math.max(1, peak - 2); bin <= Math.min(size / 2 - 1, peak + 2); bin++) {
    near += power[bin] as number;
  }
  return {
    frequency: ((peak + peakOffset(power, peak)) * sampleRate) / size,
    level,
    share: total === 0 ? 0 : near / total,
  };
}

/** Power of one frequency in 16-bit samples, relative to a full-scale sine (1), by Goertzel. */
export function powerAt(samples: Int16Array, sampleRate: number, frequency: number): number {
  if (samples.length === 0) return 0;
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / sampleRate);
  let before = 0;
  let last = 0;
  for (const sample of samples) {
    const next = sample / 32768 + coefficient * last - before;
    before = last;
    last = next;
  }
  const power = last ** 2 + before ** 2 - coefficient * last * before;
  return (4 * power) / samples.length ** 2;
}

/** RMS level in dB below full scale; −120 for silence. */
export function levelOf(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  if (sum === 0) return FLOOR_DB;
  return Math.max(FLOOR_DB, 10 * Math.log10(sum / samples.length / 32768 ** 2));
}

/** Vertex of the parabola through the logarithms of the peak and its neighbours, −0.5 to 0.5. */
function peakOffset(power: Float64Array, peak: number): number {
  const [left, middle, right] = [peak - 1, peak, peak + 1].map((bin) =>
    Math.log(Math.max(power[bin] ?? 0, 1e-12)),
  ) as [number, number, number];
  const curvature = left - 2 * middle + right;
  return curvature === 0 ? 0 : Math.max(-0.5, Math.min(0.5, (0.5 * (left - right)) / curvature));
}

/** In-place radix-2 FFT; the length is a power of two. */
function fft(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j] as number, real[i] as number];
      [imaginary[i], imaginary[j]] = [imaginary[j] as number, imaginary[i] as number];
    }
  }
  for (let width = 2; width <= size; width *= 2) {
    const angle = (-2 * Math.PI) / width;
    for (let start = 0; start < size; start += width) {
      for (let k = 0; k < width / 2; k++) {
        const upper = start + k;
        const lower = upper + width / 2;
        const cos = Math.cos(angle * k);
        const sin = Math.sin(angle * k);
        const re = (real[lower] as number) * cos - (imaginary[lower] as number) * sin;
        const im = (real[lower] as number) * sin + (imaginary[lower] as number) * cos;
        real[lower] = (real[upper] as number) - re;
        imaginary[lower] = (imaginary[upper] as number) - im;
        real[upper] = (real[upper] as number) + re;
        imaginary[upper] = (imaginary[upper] as number) + im;
      }
    }
  }
}
