import { mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { dominantTone } from '@trunkline/media/audio/detect.ts';
import { readWav, type WavAudio } from '@trunkline/media/audio/wav.ts';
import type { Heard } from '../audio/heard.ts';

/** A recording not written to for so long belongs to a call that has ended or is silent. */
const STALE_MS = 1_000;
/** From less than a quarter of a second no frequency is told. */
const LEAST_SECONDS = 0.25;
const SILENT: Heard = { hz: 0, level: Number.NEGATIVE_INFINITY };

/** How far ahead the names of recordings are taken, and how often that is renewed. */
const AHEAD_SECONDS = 60;
const RENEW_MS = 10_000;

/**
 * Keeps baresip from recording its microphone, by folders in the place of the files it would
 * write. baresip 1.0 stops recording the earpiece at the first hold as long as it records the
 * microphone too: its filter chains start anew only if both are empty.
 *
 * @returns ends the renewal
 */
export async function blockMicrophoneFiles(folder: string): Promise<() => void> {
  let done = 0;
  const renew = async () => {
    const now = Math.floor(Date.now() / 1_000);
    const until = now + AHEAD_SECONDS;
    const from = Math.max(done, now - 1);
    done = until;
    for (let second = from; second < until; second += 1) {
      const stamp = new Date(second * 1_000).toISOString().slice(0, 19).replace(/[T:]/g, '-');
      await mkdir(join(folder, `dump-${stamp}-enc.wav`));
    }
  };
  await renew();
  const timer = setInterval(() => {
    // The folder goes away with the phone; then there is nothing left to keep.
    renew().catch(() => clearInterval(timer));
  }, RENEW_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** What the last second of the newest recording of an earpiece in this folder consists of. */
export async function lastHeard(folder: string): Promise<Heard> {
  let newest: { path: string; at: number } | undefined;
  for (const name of await readdir(folder)) {
    if (!name.endsWith('-dec.wav')) continue;
    const path = join(folder, name);
    const at = (await stat(path)).mtimeMs;
    if (!newest || at > newest.at) newest = { path, at };
  }
  if (!newest || Date.now() - newest.at > STALE_MS) return SILENT;
  const wav = readGrowingWav(await readEnd(newest.path));
  if (!wav) return SILENT;
  const { sampleRate, channels } = wav;
  // The left channel is enough: telephone sound is mono, written twice.
  const samples = wav.samples.filter((_, index) => index % channels === 0).subarray(-sampleRate);
  if (samples.length < LEAST_SECONDS * sampleRate) return SILENT;
  const tone = dominantTone(samples, sampleRate);
  return { hz: tone.frequency, level: tone.level };
}

/** Sound before the last second is of no interest: a call of minutes has many megabytes of it. */
async function readEnd(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(size, 512));
    await file.read(head, 0, head.length, 0);
    const data = head.indexOf('data', 12, 'latin1');
    if (data < 0 || head.length < 36) return head;
    const begin = data + 8;
    const frame = head.readUInt16LE(32);
    const frames = Math.floor((size - begin) / frame);
    const wanted = Math.min(frames, head.readUInt32LE(24));
    const end = Buffer.alloc(begin + wanted * frame);
    head.copy(end, 0, 0, begin);
    await file.read(end, begin, wanted * frame, begin + (frames - wanted) * frame);
    return end;
  } finally {
    await file.close();
  }
}

/**
 * Reads a WAV file that is still being written: its recorder fills in the lengths of the file and
 * of the data chunk, which comes last, only when it closes it.
 */
export function readGrowingWav(file: Buffer): WavAudio | undefined {
  const data = file.indexOf('data', 12, 'latin1');
  if (data < 0 || file.length < data + 8) return undefined;
  const whole = Buffer.from(file);
  whole.writeUInt32LE(whole.length - 8, 4);
  whole.writeUInt32LE(whole.length - data - 8, data + 4);
  return readWav(whole);
}
