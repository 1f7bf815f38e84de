import { expect, test } from 'vitest';
import { type QualityInput, QualityMeter } from './quality.ts';

const input = (more: Partial<QualityInput>): QualityInput => ({
  codec: 'PCMA',
  encrypted: true,
  packets: 250,
  lost: 0,
  late: 0,
  jitterMs: 2,
  roundTripMs: 30,
  ...more,
});

test('VOX-122 each interval is judged by itself, the totals by the whole call', () => {
  const meter = new QualityMeter();
  expect(meter.quality).toBeNull();
  expect(meter.isDue(1, -4_000)).toBe(false);
  const good = meter.measure(input({}), 1_000);
  expect(good).toMatchObject({ lossPercent: 0, jitterMs: 2, roundTripMs: 30, encrypted: true });
  expect(good?.mos).toBeGreaterThan(4.2);
  const bad = meter.measure(input({ packets: 475, lost: 25, jitterMs: 40 }), 6_000);
  expect(bad?.lossPercent).toBeCloseTo(10, 5);
  expect(bad?.mos).toBeLessThan((good?.mos ?? 0) - 0.3);
  const better = meter.measure(input({ packets: 725, lost: 25, roundTripMs: null }), 11_000);
  expect(better?.lossPercent).toBe(0);
  const totals = meter.quality?.totals;
  expect(totals).toMatchObject({ intervals: 3, jitterMs: { max: 40 }, roundTripMs: { max: 30 } });
  expect(totals?.lossPercent).toBeCloseTo((100 * 25) / 750, 5);
  expect(totals?.mos.min).toBe(bad?.mos);
  expect(totals?.mos.mean).toBeCloseTo(
    ((good?.mos ?? 0) + (bad?.mos ?? 0) + (better?.mos ?? 0)) / 3,
    5,
  );
});

test('VOX-122 there are figures from the first second of audio on', () => {
  const meter = new QualityMeter();
  const due: number[] = [];
  for (let at = 0; at <= 16_000; at += 500) {
    const packets = Math.max(0, (at - 2_000) / 20 + 1);
    if (!meter.isDue(packets, at)) continue;
    due.push(at);
    expect(meter.measure(input({ packets }), at)?.mos).toBeGreaterThan(4);
  }
  expect(due).toEqual([3_000, 4_000, 7_000, 12_000]);
  expect(meter.quality?.totals).toMatchObject({ intervals: 4, lossPercent: 0 });
});

test('an interval without audio is none, and late packets count as lost', () => {
  const meter = new QualityMeter();
  expect(meter.measure(input({ packets: 0 }), 5_000)).toBeNull();
  expect(meter.measure(input({ packets: 100, late: 10 }), 10_000)?.lossPercent).toBeCloseTo(10, 5);
  expect(meter.measure(input({ packets: 100, late: 10 }), 15_000)).toBeNull();
  expect(meter.quality?.totals.intervals).toBe(1);
});

test('a packet that turns up late takes back its loss without a negative one', () => {
  const meter = new QualityMeter();
  meter.measure(input({ packets: 98, lost: 2 }), 5_000);
  expect(meter.measure(input({ packets: 200, lost: 1 }), 10_000)?.lossPercent).toBe(0);
});
