import type { LegQuality } from '@trunkline/contracts/media.ts';
import { expect, test } from 'vitest';
import { type MediaSample, overall, qualityOf, readSample, receivedBetween } from './quality.ts';

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

test('VOX-122 what this browser receives is rated by the E-model', () => {
  const mos = (more: Partial<MediaSample>) =>
    receivedBetween(base, { ...base, packetsReceived: 150, codec: 'PCMA', ...more }).mos;
  expect(mos({})).toBeCloseTo(4.4, 1);
  expect(mos({ packetsLost: 5 })).toBeLessThan(4);
  expect(mos({ codec: 'opus', roundTrip: 0.6 })).toBeLessThan(4.1);
  // Nothing arrived, or in a form it has no figures for.
  expect(mos({ packetsReceived: 100 })).toBeNull();
  expect(mos({ codec: null })).toBeNull();
  expect(mos({ codec: 'red' })).toBeNull();
});

test('the worst part of the way decides', () => {
  const leg = (more: Partial<LegQuality> = {}): LegQuality => ({
    codec: 'PCMA',
    encrypted: true,
    lossPercent: 0,
    jitterMs: 2,
    roundTripMs: null,
    mos: 4.3,
    ...more,
  });
  expect(overall(null, undefined)).toBeNull();
  expect(overall(3, { client: leg(), pbx: leg() })).toBe(3);
  expect(overall(3, { client: leg(), pbx: leg({ mos: 3.3 }) })).toBe(2);
  expect(overall(3, { client: leg({ mos: 2 }), pbx: null })).toBe(1);
  expect(overall(3, { client: null, pbx: leg({ mos: null, lossPercent: 9 }) })).toBe(1);
  expect(overall(0, { client: leg(), pbx: leg() })).toBe(0);
  expect(overall(null, { client: null, pbx: leg() })).toBe(3);
});

test('the statistics of a browser become one sample', () => {
  const report = new Map<string, object>([
    ['c1', { type: 'codec', id: 'c1', mimeType: 'audio/PCMA' }],
    ['c2', { type: 'codec', id: 'c2', mimeType: 'audio/opus' }],
    [
      'in',
      {
        type: 'inbound-rtp',
        kind: 'audio',
        codecId: 'c1',
        packetsReceived: 500,
        packetsLost: 3,
        jitter: 0.005,
        totalAudioEnergy: 0.2,
      },
    ],
    ['pair', { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.02 }],
    ['other', { type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 }],
  ]) as unknown as RTCStatsReport;
  expect(readSample(report, 7)).toEqual({
    at: 7,
    packetsReceived: 500,
    packetsLost: 3,
    jitter: 0.005,
    roundTrip: 0.02,
    energy: 0.2,
    codec: 'PCMA',
  });
});
