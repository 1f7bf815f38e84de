import { writeFile } from 'node:fs/promises';
import { createSine } from '@trunkline/media/audio/tone.ts';
import { writeWav } from '@trunkline/media/audio/wav.ts';

/** A tone on disk. */
export interface ToneFile {
  readonly path: string;
  /** Frequency in hertz. */
  readonly hz: number;
  /** Samples a second. */
  readonly rate: number;
  readonly seconds: number;
}

/** Writes a sine as a mono 16-bit WAV file; it loops without a click if `hz` is a whole number. */
export async function writeToneFile({ path, hz, rate, seconds }: ToneFile): Promise<void> {
  const samples = createSine({ frequency: hz, sampleRate: rate })(rate * seconds);
  await writeFile(path, writeWav({ sampleRate: rate, channels: 1, samples }));
}
