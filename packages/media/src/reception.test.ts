import { describe, expect, test } from 'vitest';
import { Reception } from './reception.ts';

function feed(
  reception: Reception,
  sequence: number[],
  o: { ssrc?: number; everyMs?: number } = {},
) {
  sequence.forEach((n, i) => {
    reception.add(
      {
        payloadType: 8,
        marker: false,
        ssrc: o.ssrc ?? 1,
        sequenceNumber: n & 0xffff,
        timestamp: (n * 160) >>> 0,
        payload: new Uint8Array(160),
      },
      (o.everyMs ?? 20) * i,
    );
  });
}

describe('reception', () => {
  test('counts packets and bytes and the age of the last', () => {
    const reception = new Reception(8000);
    expect(reception.stats(5)).toEqual({
      packets: 0,
      bytes: 0,
      lost: 0,
      jitterMs: 0,
      lastPacketAgeMs: null,
    });
    feed(reception, [1, 2, 3]);
    expect(reception.stats(100)).toEqual({
      packets: 3,
      bytes: 480,
      lost: 0,
      jitterMs: 0,
      lastPacketAgeMs: 60,
    });
  });

  test('VOX-122 counts loss over the wrap, not reordering', () => {
    const reception = new Reception(8000);
    feed(reception, [65_534, 65_535, 65_537, 65_536, 65_540]);
    expect(reception.stats(0).lost).toBe(2);
  });

  test('a new source or a restarted one is no loss', () => {
    const reception = new Reception(8000);
    feed(reception, [1, 2, 4]);
    feed(reception, [30_000, 30_001], { ssrc: 2 });
    feed(reception, [100, 101], { ssrc: 2 });
    expect(reception.stats(0).lost).toBe(1);
  });

  test('jitter follows RFC 3550 §A.8', () => {
    const reception = new Reception(8000);
    // Each packet 10 ms later than its timestamp says: |D| = 80 units each time.
    const packets = Array.from({ length: 200 }, (_, i) => i);
    feed(reception, packets, { everyMs: 30 });
    expect(reception.stats(0).jitterMs).toBeCloseTo(10, 1);
  });

  test('reports loss since the report before, in 256ths', () => {
    const reception = new Reception(8000);
    expect(reception.report()).toBeUndefined();
    feed(reception, [1, 2, 3, 5]);
    expect(reception.report()).toMatchObject({ ssrc: 1, fractionLost: 51, lost: 1 });
    feed(reception, [6, 7]);
    expect(reception.report()).toMatchObject({ fractionLost: 0, lost: 1, highestSequence: 7 });
  });
});
