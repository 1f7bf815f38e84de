import { describe, expect, test } from 'vitest';
import { dominantTone, levelOf } from './audio/detect.ts';
import { createSine } from './audio/tone.ts';
import { type Concealer, createConcealer } from './plc.ts';
import { noiseOf } from './testing/g722-signals.ts';

const RATES = [8000, 16_000, 48_000];
const TONES = [200, 440, 1000, 2600];
const cases = RATES.flatMap((rate) => TONES.map((frequency) => ({ rate, frequency })));

/** Sends packets of 20 ms through; those whose number is in `lost` do not arrive. */
function play(concealer: Concealer, frames: readonly Int16Array[], lost: readonly number[]) {
  return frames.map((frame, i) =>
    lost.includes(i) ? concealer.lost(frame.length) : concealer.good(frame),
  );
}

const tone = (rate: number, frequency: number, frames = 20) => {
  const sine = createSine({ frequency, sampleRate: rate, amplitude: 0.5 });
  return Array.from({ length: frames }, () => sine(rate / 50));
};

const concat = (frames: readonly Int16Array[]) => Int16Array.from(frames.flatMap((f) => [...f]));

/** Largest step from sample to sample. */
function roughness(samples: Int16Array): number {
  let most = 0;
  for (let i = 1; i < samples.length; i++) {
    most = Math.max(most, Math.abs((samples[i] as number) - (samples[i - 1] as number)));
  }
  return most;
}

describe.each(cases)('a tone of $frequency Hz at $rate Hz', ({ rate, frequency }) => {
  test('goes on over a lost packet: level and frequency', () => {
    const heard = play(createConcealer(rate), tone(rate, frequency), [10]);
    const gap = heard[10] as Int16Array;
    const good = heard[5] as Int16Array;
    // The gap fades by a fifth in its second half.
    expect(levelOf(gap) - levelOf(good)).toBeGreaterThan(-2);
    expect(levelOf(gap) - levelOf(good)).toBeLessThan(0.5);
    const { frequency: found } = dominantTone(concat(heard.slice(9, 12)), rate);
    expect(Math.abs(found - frequency) / frequency).toBeLessThan(0.05);
  });

  test('has no click at the joins', () => {
    const frames = tone(rate, frequency);
    const natural = roughness(concat(frames));
    const heard = concat(play(createConcealer(rate), frames, [8, 12, 13]));
    expect(roughness(heard)).toBeLessThan(1.35 * natural);
  });
});

describe('a long gap', () => {
  test('fades and is silent after 60 ms, for as long as it lasts', () => {
    const heard = play(createConcealer(8000), tone(8000, 440), [10, 11, 12, 13, 14, 15]);
    const levels = heard.slice(9, 13).map(levelOf);
    expect(levels).toEqual([...levels].sort((a, b) => b - a));
    expect(levels[2]).toBeLessThan((levels[0] as number) - 3);
    expect(
      heard
        .slice(13, 16)
        .flatMap((frame) => [...frame])
        .some((s) => s !== 0),
    ).toBe(false);
  });

  test('returns without a click', () => {
    const frames = tone(8000, 440);
    const heard = play(createConcealer(8000), frames, [10, 11, 12, 13]);
    expect(roughness(concat(heard))).toBeLessThan(1.35 * roughness(concat(frames)));
    expect(heard[15]).toEqual(frames[15]);
  });
});

describe('a concealer', () => {
  test('passes on what arrives as it is', () => {
    const frames = tone(8000, 440);
    expect(play(createConcealer(8000), frames, [])).toEqual(frames);
  });

  test('has nothing to tell before the first packet', () => {
    expect(createConcealer(16_000).lost(320)).toEqual(new Int16Array(320));
  });

  test('keeps silence silent and noise at its level', () => {
    const random = noiseOf(5);
    const silence = Array.from({ length: 12 }, () => new Int16Array(160));
    expect(levelOf(concat(play(createConcealer(8000), silence, [6])))).toBe(-120);
    const noise = Array.from({ length: 12 }, () =>
      Int16Array.from({ length: 160 }, () => 8000 * random()),
    );
    const heard = play(createConcealer(8000), noise, [6]);
    const difference = levelOf(heard[6] as Int16Array) - levelOf(noise[5] as Int16Array);
    expect(Math.abs(difference)).toBeLessThan(3);
  });

  test('stays within 16 bits at full scale', () => {
    const square = Array.from({ length: 12 }, () =>
      Int16Array.from({ length: 160 }, (_, i) => (i % 80 < 40 ? 32_767 : -32_768)),
    );
    const heard = concat(play(createConcealer(8000), square, [6, 8]));
    expect(levelOf(heard)).toBeGreaterThan(-1);
    // A wrapped sum would stand alone between samples of the other sign.
    const lonely = heard.filter((s, i) => {
      const before = heard[i - 1] ?? s;
      const after = heard[i + 1] ?? s;
      return Math.sign(before) === Math.sign(after) && s * before < 0 && Math.abs(s) > 16_000;
    });
    expect(lonely).toHaveLength(0);
  });

  test('takes packets of any length, empty ones too', () => {
    const concealer = createConcealer(8000);
    expect(concealer.good(new Int16Array(0))).toHaveLength(0);
    for (const n of [1, 7, 80, 2000]) {
      expect(concealer.good(new Int16Array(n).fill(100))).toHaveLength(n);
      expect(concealer.lost(n)).toHaveLength(n);
      expect(concealer.good(new Int16Array(0))).toHaveLength(0);
    }
  });

  test('refuses rates it cannot search', () => {
    expect(() => createConcealer(11_025)).toThrow(RangeError);
    expect(() => createConcealer(4000)).toThrow(RangeError);
  });
});
