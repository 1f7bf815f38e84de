/** Test and signalling tones as 16-bit linear samples. */

export interface SineOptions {
  /** Hz, below half the sample rate. */
  frequency: number;
  /** Samples a second, default 8000. */
  sampleRate?: number;
  /** Peak as a share of full scale, 0–1, default 0.3. */
  amplitude?: number;
}

/**
 * An endless sine whose phase runs on from call to call.
 * @returns a function giving the next `length` samples
 */
export function createSine(options: SineOptions): (length: number) => Int16Array {
  const { frequency, sampleRate = 8000, amplitude = 0.3 } = options;
  if (!(frequency > 0 && frequency < sampleRate / 2)) throw new RangeError('frequency');
  if (!(amplitude >= 0 && amplitude <= 1)) throw new RangeError('amplitude');
  const step = (2 * Math.PI * frequency) / sampleRate;
  const peak = amplitude * 32767;
  let phase = 0;
  return (length) => {
    const samples = new Int16Array(length);
    for (let i = 0; i < length; i++) {
      samples[i] = Math.round(peak * Math.sin(phase));
      phase += step;
      if (phase > 2 * Math.PI) phase -= 2 * Math.PI;
    }
    return samples;
  };
}
