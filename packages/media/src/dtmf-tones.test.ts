import { describe, expect, test } from 'vitest';
import { createSine } from './audio/tone.ts';
import { DtmfDetector, dtmfTone } from './dtmf-tones.ts';
import { decodeG711, encodeG711 } from './g711.ts';

const KEYS = '1234567890*#ABCD';

/** Keys with pauses between them, in 20 ms pieces. */
function heard(keys: string, toneMs: number, gapMs: number, rate: number, level = 1): string {
  const detector = new DtmfDetector(rate);
  const gap = new Int16Array((gapMs * rate) / 1000);
  const all = Int16Array.from(
    [...keys].flatMap((key) => [...dtmfTone(key, toneMs, rate).map((s) => s * level), ...gap]),
  );
  let digits = '';
  for (let at = 0; at < all.length; at += rate / 50) {
    const piece = all.subarray(at, at + rate / 50);
    digits += detector.push(decodeG711('PCMA', encodeG711('PCMA', piece)));
  }
  return digits;
}

describe.each([8000, 16_000])('at %i Hz', (rate) => {
  test('VOX-120 every key is found once, also the same one again', () => {
    expect(heard(KEYS, 100, 70, rate)).toBe(KEYS);
    expect(heard('1111##', 100, 70, rate)).toBe('1111##');
  });

  test('short, long, loud and quiet keys are found once each', () => {
    expect(heard(KEYS, 50, 50, rate)).toBe(KEYS);
    expect(heard('5', 3000, 50, rate)).toBe('5');
    expect(heard('159D', 100, 70, rate, 1.9)).toBe('159D');
    expect(heard('159D', 100, 70, rate, 0.05)).toBe('159D');
  });
});

test('neither single tones nor two that are no pair, nor noise nor silence are keys', () => {
  const detector = new DtmfDetector(8000);
  for (const [a, b] of [
    [697, 697],
    [1209, 1209],
    [697, 770],
    [1209, 1477],
    [440, 480],
    [350, 440],
    [425, 425],
    [1100, 2100],
  ] as const) {
    const [first, second] = [createSine({ frequency: a }), createSine({ frequency: b })];
    const one = first(4000);
    const other = second(4000);
    expect(detector.push(one.map((sample, i) => (sample + (other[i] as number)) / 2))).toBe('');
  }
  let state = 1;
  const noise = Int16Array.from({ length: 80_000 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 16) - 32768;
  });
  expect(detector.push(noise)).toBe('');
  expect(detector.push(new Int16Array(8000))).toBe('');
  expect(detector.isPressed).toBe(false);
});

test('what is no key has no tone', () => {
  expect(() => dtmfTone('x', 100, 8000)).toThrow(RangeError);
});
