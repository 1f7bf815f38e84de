import { expect, test } from 'vitest';
import type { ReceiverReport, SideReport } from './query.ts';
import { SideWatch } from './side-watch.ts';

const side = (packets: number): SideReport => ({
  packets,
  bytes: packets * 172,
  errors: 0,
  rtcpPackets: 0,
  endpoint: undefined,
  isDtlsUp: false,
  isIce: false,
  isSrtp: true,
  report: undefined,
});
const heard: ReceiverReport = { fractionLost: 0, jitterMs: 3, roundTripMs: 20 };

test('VOX-122 an interval ends with the first report after its time', () => {
  const watch = new SideWatch();
  const at = (ms: number, heardBy?: ReceiverReport) =>
    watch.quality({ codec: 'opus', report: side(ms / 20), heardBy }, ms);
  expect(at(20)).toBeNull();
  expect(at(900, heard)).toBeNull();
  // rtpengine lists a report seconds after the first packet: it is taken as soon as it is there.
  expect(at(6_000)).toBeNull();
  expect(at(6_500, heard)).toMatchObject({ durationMs: 6_480, jitterMs: 3, encrypted: true });
  expect(at(7_000, heard)).toBeNull();
  expect(at(7_500, heard)).toMatchObject({ durationMs: 1_000, lossPercent: 0 });
  expect(watch.qualitySoFar?.totals.intervals).toBe(2);
});

test('loss is what the other end reports of each interval', () => {
  const watch = new SideWatch();
  const at = (packets: number, fractionLost: number) =>
    watch.quality(
      { codec: 'opus', report: side(packets), heardBy: { ...heard, fractionLost } },
      packets * 20,
    );
  at(1, 0);
  expect(at(51, 0.1)?.lossPercent).toBeCloseTo(10, 5);
  expect(at(101, 0)?.lossPercent).toBe(0);
  expect(at(251, 1)?.lossPercent).toBeCloseTo(99, 5);
  expect(watch.lost).toBe(Math.round(51 / 9 + 150 * 99));
});

test('a silence is told once, from the last packet on', () => {
  const watch = new SideWatch();
  expect(watch.silence(undefined, 1_000, 5_000)).toBeUndefined();
  watch.see(side(10), 100);
  watch.see(side(10), 900);
  expect(watch.silence(50, 1_000, 1_000)).toBeUndefined();
  expect(watch.silence(50, 1_000, 1_200)).toBe(1_100);
  expect(watch.silence(50, 1_000, 1_300)).toBeUndefined();
});
