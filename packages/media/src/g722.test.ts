import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { dominantTone, levelOf } from './audio/detect.ts';
import { createSine } from './audio/tone.ts';
import { createG722Decoder, createG722Encoder, G722_SAMPLE_RATE } from './g722.ts';
import { g722Signals } from './testing/g722-signals.ts';
import { G722_VECTORS } from './testing/g722-vectors.ts';

const sha256 = (samples: Int16Array) => {
  const bytes = Buffer.alloc(2 * samples.length);
  samples.forEach((sample, i) => {
    bytes.writeInt16LE(sample, 2 * i);
  });
  return createHash('sha256').update(bytes).digest('hex');
};

describe('against vectors recorded from ffmpeg', () => {
  const signals = new Map(g722Signals(640).map(({ name, samples }) => [name, samples]));

  test.each(G722_VECTORS)('encodes $name', ({ name, octets }) => {
    const encoded = createG722Encoder().encode(signals.get(name) as Int16Array);
    expect(Buffer.from(encoded).toString('base64')).toBe(octets);
  });

  test.each(G722_VECTORS)('decodes $name', ({ octets, decodedSha256 }) => {
    const decoded = createG722Decoder().decode(Buffer.from(octets, 'base64'));
    expect(sha256(decoded)).toBe(decodedSha256);
  });
});

describe('a stream', () => {
  test('does not depend on how it is cut', () => {
    const samples = (g722Signals(3200)[1] as { samples: Int16Array }).samples;
    const whole = createG722Encoder().encode(samples);
    const encoder = createG722Encoder();
    const decoder = createG722Decoder();
    const octets: number[] = [];
    const decoded: number[] = [];
    for (
      let at = 0, n = 2;
      at < samples.length;
      at += n, n = Math.min(2 * n, samples.length - at)
    ) {
      const piece = encoder.encode(samples.subarray(at, at + n));
      octets.push(...piece);
      decoded.push(...decoder.decode(piece));
    }
    expect(octets).toEqual([...whole]);
    expect(decoded).toEqual([...createG722Decoder().decode(whole)]);
  });

  test.each([300, 1000, 3400, 6500])('carries a tone of %i Hz', (frequency) => {
    const sent = createSine({ frequency, sampleRate: G722_SAMPLE_RATE })(G722_SAMPLE_RATE);
    const heard = createG722Decoder().decode(createG722Encoder().encode(sent));
    const tone = dominantTone(heard, G722_SAMPLE_RATE);
    expect(tone.frequency).toBeCloseTo(frequency, 0);
    expect(tone.share).toBeGreaterThan(0.98);
    expect(Math.abs(levelOf(heard) - levelOf(sent))).toBeLessThan(0.5);
  });

  test('takes pairs of samples only', () => {
    expect(() => createG722Encoder().encode(new Int16Array(3))).toThrow(RangeError);
    expect(createG722Encoder().encode(new Int16Array(0))).toHaveLength(0);
    expect(createG722Decoder().decode(new Uint8Array(0))).toHaveLength(0);
  });

  test('survives octets no encoder wrote', () => {
    const octets = Uint8Array.from({ length: 65_536 }, (_, i) => (i * 167) & 255);
    const samples = createG722Decoder().decode(octets);
    expect(samples).toHaveLength(131_072);
  });
});
