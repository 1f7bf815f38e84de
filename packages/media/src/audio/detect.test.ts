import { describe, expect, test } from 'vitest';
import { decodeG711, encodeG711 } from '../g711.ts';
import { dominantTone, levelOf, powerAt } from './detect.ts';
import { createSine } from './tone.ts';

describe('the loudest frequency', () => {
  test.each([
    [440, 8000],
    [1000, 8000],
    [3400, 8000],
    [697, 48000],
  ])('of %i Hz at %i samples a second is found within 2 Hz', (frequency, sampleRate) => {
    const heard = dominantTone(createSine({ frequency, sampleRate })(sampleRate), sampleRate);
    expect(Math.abs(heard.frequency - frequency)).toBeLessThan(2);
    expect(heard.share).toBeGreaterThan(0.99);
  });

  test('survives G.711', () => {
    const pcm = createSine({ frequency: 440 })(4000);
    const heard = dominantTone(decodeG711('PCMU', encodeG711('PCMU', pcm)), 8000);
    expect(Math.abs(heard.frequency - 440)).toBeLessThan(3);
    expect(heard.share).toBeGreaterThan(0.95);
  });

  test('is the louder of two', () => {
    const low = createSine({ frequency: 500, amplitude: 0.1 })(8000);
    const high = createSine({ frequency: 1500, amplitude: 0.3 })(8000);
    const heard = dominantTone(
      low.map((sample, i) => sample + (high[i] as number)),
      8000,
    );
    expect(heard.frequency).toBeCloseTo(1500, 0);
    expect(heard.share).toBeCloseTo(0.9, 1);
  });

  test('of silence and of too little audio is 0', () => {
    expect(dominantTone(new Int16Array(8000), 8000)).toEqual({
      frequency: 0,
      level: -120,
      share: 0,
    });
    expect(dominantTone(createSine({ frequency: 440 })(40), 8000).frequency).toBe(0);
    expect(dominantTone(new Int16Array(0), 8000).frequency).toBe(0);
  });
});

describe('levels', () => {
  test('a full-scale sine has −3 dB', () => {
    expect(levelOf(createSine({ frequency: 1000, amplitude: 1 })(8000))).toBeCloseTo(-3.01, 1);
  });

  test('power is found at its frequency only', () => {
    const pcm = createSine({ frequency: 1000, amplitude: 0.5 })(8000);
    expect(powerAt(pcm, 8000, 1000)).toBeCloseTo(0.25, 2);
    expect(powerAt(pcm, 8000, 1200)).toBeLessThan(1e-4);
    expect(powerAt(new Int16Array(0), 8000, 1000)).toBe(0);
  });
});

describe('the sine', () => {
  test('runs on from call to call', () => {
    const whole = createSine({ frequency: 440 })(320);
    const next = createSine({ frequency: 440 });
    expect([...next(160), ...next(160)]).toEqual([...whole]);
  });

  test('refuses frequencies the sample rate cannot carry', () => {
    expect(() => createSine({ frequency: 4000 })).toThrow(RangeError);
    expect(() => createSine({ frequency: 440, amplitude: 2 })).toThrow(RangeError);
  });
});
