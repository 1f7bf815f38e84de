import { describe, expect, test } from 'vitest';
import { dominantTone } from './audio/detect.ts';
import { createSine } from './audio/tone.ts';
import { createDecoder } from './audio-codec.ts';
import type { OpusSettings } from './engine.ts';
import { createOpusEncoder } from './opus-encoder.ts';

const RATE = 8000;
const FRAME = 160;

async function packetsOf(form: 'any' | 'wasm', settings: OpusSettings, loss = 0) {
  const encoder = await createOpusEncoder({ sampleRate: RATE, frameSize: FRAME, settings, form });
  encoder.expectLoss(loss);
  const sine = createSine({ frequency: 440, sampleRate: RATE });
  // A longer array behind each frame: only the frame counts.
  const packets = Array.from({ length: 100 }, () => {
    const samples = new Int16Array(3 * FRAME).fill(9000);
    samples.set(sine(FRAME), FRAME);
    return encoder.encode(samples.subarray(FRAME, 2 * FRAME));
  });
  encoder.free();
  return packets;
}

const meanLength = (packets: readonly Uint8Array[]) =>
  packets.reduce((sum, { length }) => sum + length, 0) / packets.length;

describe.each(['any', 'wasm'] as const)('Opus by libopus, form %s', (form) => {
  test('carries a tone, at the bit rate that was asked for', async () => {
    const packets = await packetsOf(form, { bitrate: 24_000, fec: false });
    const decoder = await createDecoder('opus', RATE);
    const samples = packets.map((packet) => decoder.decode(packet) ?? new Int16Array(0));
    decoder.free();
    const heard = dominantTone(Int16Array.from(samples.slice(50).flatMap((s) => [...s])), RATE);
    expect(Math.abs(heard.frequency - 440)).toBeLessThan(5);
    expect(meanLength(packets)).toBeGreaterThan(27);
    expect(meanLength(await packetsOf(form, { bitrate: 8_000, fec: false }))).toBeLessThan(22);
  });

  test('is SILK for voice and CELT where tuned to audio (RFC 6716 §3.1)', async () => {
    const configuration = (packets: readonly Uint8Array[]) => (packets[60]?.[0] ?? 0) >> 3;
    expect(configuration(await packetsOf(form, {}))).toBeLessThan(12);
    expect(configuration(await packetsOf(form, { application: 'audio' }))).toBeGreaterThanOrEqual(
      16,
    );
  });

  test('earlier packets stay as they were, and a frame of another length is refused', async () => {
    const encoder = await createOpusEncoder({
      sampleRate: RATE,
      frameSize: FRAME,
      settings: {},
      form,
    });
    const first = encoder.encode(new Int16Array(FRAME).fill(500));
    const copy = Uint8Array.from(first);
    encoder.encode(new Int16Array(FRAME).map((_, i) => 9000 * Math.sin(i)));
    expect(first).toEqual(copy);
    expect(() => encoder.encode(new Int16Array(37))).toThrow();
    encoder.free();
  });
});
