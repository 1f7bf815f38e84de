import { expect, test } from 'vitest';
import { dominantTone, powerAt } from './audio/detect.ts';
import { createSine } from './audio/tone.ts';
import { createDownsampler, createUpsampler } from './resample.ts';

const inPieces = (resample: (s: Int16Array) => Int16Array, samples: Int16Array, size: number) => {
  const out: number[] = [];
  for (let at = 0; at < samples.length; at += size) {
    out.push(...resample(samples.subarray(at, at + size)));
  }
  return Int16Array.from(out);
};

test.each([300, 1000, 3000])('doubling keeps %i Hz and adds no image', (frequency) => {
  const up = inPieces(createUpsampler(), createSine({ frequency })(8000), 160);
  expect(up).toHaveLength(16_000);
  const heard = dominantTone(up, 16_000);
  expect(Math.abs(heard.frequency - frequency)).toBeLessThan(2);
  const image = powerAt(up.subarray(1000), 16_000, 8000 - frequency);
  expect(10 * Math.log10(image / powerAt(up.subarray(1000), 16_000, frequency))).toBeLessThan(-40);
});

test.each([300, 1000, 3000])('halving keeps %i Hz at its level', (frequency) => {
  const sine = createSine({ frequency, sampleRate: 16_000 })(16_000);
  const down = inPieces(createDownsampler(), sine, 320);
  expect(down).toHaveLength(8000);
  const heard = dominantTone(down, 8000);
  expect(Math.abs(heard.frequency - frequency)).toBeLessThan(2);
  expect(Math.abs(heard.level - dominantTone(sine, 16_000).level)).toBeLessThan(0.5);
});

test('halving takes away what the lower rate cannot carry', () => {
  const sine = createSine({ frequency: 5500, sampleRate: 16_000 })(16_000);
  const down = inPieces(createDownsampler(), sine, 320);
  expect(dominantTone(down.subarray(100), 8000).level).toBeLessThan(-45);
});

test('the size of the pieces makes no difference', () => {
  const sine = createSine({ frequency: 700, sampleRate: 16_000 })(3200);
  expect(inPieces(createDownsampler(), sine, 97)).toEqual(inPieces(createDownsampler(), sine, 320));
  expect(inPieces(createUpsampler(), sine, 97)).toEqual(inPieces(createUpsampler(), sine, 320));
});
