import { expect, test } from 'vitest';
import { levelOf } from './audio-test.ts';

test('loudness is even to the eye: silence 0, full scale 1, speech between', () => {
  const tone = (peak: number) =>
    Float32Array.from({ length: 1_000 }, (_, index) => peak * Math.sin(index / 5));
  expect(levelOf(new Float32Array(1_000))).toBe(0);
  expect(levelOf(new Float32Array(0))).toBe(0);
  expect(levelOf(Float32Array.from({ length: 10 }, () => 1))).toBe(1);
  const [soft, loud] = [levelOf(tone(0.01)), levelOf(tone(0.3))];
  expect(soft).toBeGreaterThan(0.2);
  expect(loud).toBeGreaterThan(soft + 0.3);
  expect(loud).toBeLessThan(1);
});
