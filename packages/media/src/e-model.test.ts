import { describe, expect, test } from 'vitest';
import { mosOf, mosOverNetwork, ratingOf } from './e-model.ts';
import type { CodecName } from './engine.ts';

const clean = { codec: 'PCMA', lossPercent: 0, delayMs: 0 } as const;

describe('known points', () => {
  test('a clean G.711 call is rated 93.2, which is MOS 4.41', () => {
    expect(ratingOf(clean)).toBeCloseTo(93.2, 6);
    expect(mosOf(clean)).toBeCloseTo(4.41, 2);
  });

  // G.113 table I.3 gives Ie,eff of G.711 with concealment: 95·P/(P + 25.1).
  test.each([
    [1, 3.64],
    [5, 15.78],
    [10, 27.07],
  ])('%i %% of random loss takes %d from G.711', (lossPercent, impairment) => {
    expect(93.2 - ratingOf({ ...clean, lossPercent })).toBeCloseTo(impairment, 2);
  });

  // Figure of G.114: R over delay without echo.
  test.each([
    [100, 93.2],
    [150, 92.9],
    [200, 90.2],
    [400, 69],
  ])('%i ms of delay leave R near %d', (delayMs, rating) => {
    expect(Math.abs(ratingOf({ ...clean, delayMs }) - rating)).toBeLessThan(1.5);
  });
});

describe('the score', () => {
  test.each<CodecName>(['PCMA', 'PCMU', 'G722', 'opus'])('of %s falls with loss', (codec) => {
    const scores = [0, 0.5, 1, 2, 5, 10, 20, 50, 100].map((lossPercent) =>
      mosOf({ codec, lossPercent, delayMs: 50 }),
    );
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(new Set(scores).size).toBeGreaterThan(7);
  });

  test('falls with delay, and not below 1', () => {
    const scores = [50, 150, 300, 600, 5_000].map((delayMs) => mosOf({ ...clean, delayMs }));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(mosOf({ ...clean, lossPercent: 100, delayMs: 10_000 })).toBe(1);
  });

  test('is worse when the same loss comes in bursts', () => {
    const random = mosOf({ ...clean, lossPercent: 5 });
    expect(mosOf({ ...clean, lossPercent: 5, burstRatio: 2 })).toBeLessThan(random);
    expect(mosOf({ ...clean, lossPercent: 0, burstRatio: 2 })).toBe(mosOf(clean));
  });

  test('takes figures out of range for their bound', () => {
    expect(mosOf({ ...clean, lossPercent: -1, delayMs: -5 })).toBe(mosOf(clean));
    const all = mosOf({ ...clean, lossPercent: 100 });
    expect(mosOf({ ...clean, lossPercent: 400 })).toBe(all);
  });
});

describe('over a network', () => {
  const figures = { codec: 'PCMA', lossPercent: 0, jitterMs: 0, roundTripMs: null } as const;

  test('half the round trip, the jitter buffer and the codec delay it', () => {
    expect(mosOverNetwork({ ...figures, roundTripMs: 500, jitterMs: 40 })).toBe(
      mosOf({ codec: 'PCMA', lossPercent: 0, delayMs: 250 + 80 + 25 }),
    );
    expect(mosOverNetwork({ ...figures, jitterMs: 40, bufferMs: 60 })).toBe(
      mosOf({ codec: 'PCMA', lossPercent: 0, delayMs: 85 }),
    );
  });

  test('what is not measured takes nothing', () => {
    expect(mosOverNetwork(figures)).toBeCloseTo(4.41, 2);
  });
});
