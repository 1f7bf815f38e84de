import { expect, test } from 'vitest';
import { type MediaSample, qualityOf } from './quality.ts';

const base: MediaSample = {
  at: 0,
  packetsReceived: 100,
  packetsLost: 0,
  jitter: 0.002,
  roundTrip: 0.02,
  energy: 0,
  codec: null,
};

test('bars follow loss, jitter and round trip', () => {
  const after = (more: Partial<MediaSample>) =>
    qualityOf(base, { ...base, at: 1000, packetsReceived: 150, ...more });
  expect(after({})).toBe(3);
  expect(after({ packetsLost: 1 })).toBe(2);
  expect(after({ packetsLost: 5 })).toBe(1);
  expect(after({ jitter: 0.045 })).toBe(2);
  expect(after({ roundTrip: 0.5 })).toBe(1);
  expect(after({ roundTrip: null })).toBe(3);
  expect(after({ packetsReceived: 100 })).toBe(0);
});
