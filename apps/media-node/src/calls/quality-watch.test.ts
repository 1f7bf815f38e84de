import type { QualityFigures } from '@trunkline/media/engine.ts';
import { expect, test } from 'vitest';
import { FakeTime } from '../testing/fake-time.ts';
import { QualityWatch } from './quality-watch.ts';

const figures = (mos: number, over: Partial<QualityFigures> = {}): QualityFigures => ({
  codec: 'PCMA',
  durationMs: 5_000,
  encrypted: false,
  lossPercent: 0,
  jitterMs: 4,
  roundTripMs: null,
  mos,
  ...over,
});

test('VOX-122 the last figures are shown, the mean is kept for the end', () => {
  const watch = new QualityWatch(new FakeTime());
  expect(watch.shown).toEqual({ client: null, pbx: null });
  watch.note('rtp', figures(4.2, { lossPercent: 0, jitterMs: 2 }));
  watch.note('rtp', figures(3.8, { lossPercent: 4, jitterMs: 6, roundTripMs: 30 }));
  watch.note('webrtc', figures(4.3, { encrypted: true, codec: 'opus' }));
  expect(watch.shown.pbx).toMatchObject({ mos: 3.8, lossPercent: 4, roundTripMs: 30 });
  expect(watch.shown.client).toMatchObject({ encrypted: true, codec: 'opus' });
  const finals = new Map(watch.finals());
  expect(finals.get('rtp')).toMatchObject({ mos: 4, lossPercent: 2, jitterMs: 4, roundTripMs: 30 });
  expect(finals.has('far')).toBe(false);
});

test('a short interval counts for less in the mean', () => {
  const watch = new QualityWatch(new FakeTime());
  watch.note('rtp', figures(3, { durationMs: 1_000, lossPercent: 6, roundTripMs: 10 }));
  watch.note('rtp', figures(4.2, { durationMs: 5_000, roundTripMs: 40 }));
  const quality = watch.finals()[0]?.[1];
  expect(quality?.mos).toBeCloseTo(4, 5);
  expect(quality).toMatchObject({ lossPercent: 1, roundTripMs: 35 });
});

test('figures are shown with those of the PBX, or without where it has none', () => {
  const watch = new QualityWatch(new FakeTime());
  expect(watch.isToShow('webrtc')).toBe(false);
  expect(watch.isToShow('rtp')).toBe(true);
  expect(watch.isToShow('webrtc')).toBe(false);
  expect(watch.isToShow('webrtc')).toBe(true);
  expect(watch.isToShow('rtp')).toBe(true);
});

test('a change for the worse or the better is told, not more than every 10 s', () => {
  const time = new FakeTime();
  const watch = new QualityWatch(time);
  expect(watch.note('rtp', figures(4.2))).toBe(false);
  time.advance(10_000);
  expect(watch.note('rtp', figures(2.9))).toBe(true);
  time.advance(5_000);
  expect(watch.note('rtp', figures(4.2))).toBe(false);
  time.advance(5_000);
  expect(watch.note('rtp', figures(4.2))).toBe(true);
  time.advance(60_000);
  expect(watch.note('rtp', figures(4.1))).toBe(false);
});

test('a call that begins badly is told at once', () => {
  expect(new QualityWatch(new FakeTime()).note('rtp', figures(2))).toBe(true);
});
