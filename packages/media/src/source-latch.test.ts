import { describe, expect, test } from 'vitest';
import { SourceLatch } from './source-latch.ts';

const announced = { address: '198.51.100.7', port: 4000 };
const otherPort = { address: '198.51.100.7', port: 4002 };
const signalling = { address: '203.0.113.9', port: 61_000 };
const stranger = { address: '192.0.2.66', port: 4000 };

const open = (addresses: string[] = []) => new SourceLatch({ announced, addresses, until: 1000 });

/** Offers `count` consecutive packets; tells which were taken. */
function offer(latch: SourceLatch, from: typeof announced, count: number, nowMs = 0, ssrc = 1) {
  return Array.from({ length: count }, (_, i) =>
    latch.accept(from, { ssrc, sequenceNumber: (65_534 + i) & 0xffff }, nowMs),
  );
}

describe('the announced source', () => {
  test('is taken at once and locked', () => {
    const latch = open();
    expect(latch.destination).toEqual(announced);
    expect(offer(latch, announced, 2)).toEqual([true, true]);
    expect(latch.locked).toEqual(announced);
    expect(offer(latch, otherPort, 5)).not.toContain(true);
  });

  test('is taken also after the window', () => {
    expect(offer(open(), announced, 1, 5000)).toEqual([true]);
  });

  test('takes over from one latched to, within the window and for good', () => {
    const latch = open();
    offer(latch, otherPort, 3);
    expect(latch.locked).toEqual(otherPort);
    expect(offer(latch, announced, 1, 900)).toEqual([true]);
    expect(offer(latch, otherPort, 5, 901)).not.toContain(true);
    expect(latch.destination).toEqual(announced);
  });

  test('no longer takes over once the window has closed', () => {
    const latch = open();
    offer(latch, otherPort, 3);
    expect(offer(latch, announced, 1, 1001)).toEqual([false]);
    expect(latch.locked).toEqual(otherPort);
  });
});

describe('VOX-119 another source', () => {
  test('needs a run of three packets', () => {
    const latch = open();
    expect(offer(latch, otherPort, 4)).toEqual([false, false, true, true]);
    expect(latch.destination).toEqual(otherPort);
  });

  test('must be the announced address or an expected one', () => {
    expect(offer(open(), stranger, 50)).not.toContain(true);
    expect(offer(open(), signalling, 50)).not.toContain(true);
    const latch = open([signalling.address]);
    expect(offer(latch, signalling, 3)).toEqual([false, false, true]);
    expect(latch.locked).toEqual(signalling);
  });

  test('must come in time', () => {
    expect(offer(open(), otherPort, 50, 1001)).not.toContain(true);
  });

  test('a run is broken by a gap, another SSRC, or another source between', () => {
    const latch = open([stranger.address]);
    const take = (from: typeof announced, ssrc: number, sequenceNumber: number) =>
      latch.accept(from, { ssrc, sequenceNumber }, 0);
    expect(take(otherPort, 1, 1)).toBe(false);
    expect(take(otherPort, 1, 2)).toBe(false);
    expect(take(otherPort, 1, 4)).toBe(false);
    expect(take(otherPort, 1, 5)).toBe(false);
    expect(take(otherPort, 2, 6)).toBe(false);
    expect(take(otherPort, 2, 7)).toBe(false);
    expect(take(stranger, 2, 8)).toBe(false);
    expect(take(otherPort, 2, 8)).toBe(false);
    expect(latch.locked).toBeUndefined();
  });
});

test('what costs is spent on expected sources only, and a source locked in time is settled', () => {
  const latch = new SourceLatch({
    announced: { address: '192.0.2.1', port: 4000 },
    addresses: ['192.0.2.7'],
    until: 1000,
  });
  const may = (address: string, port: number, now: number) =>
    latch.mayAccept({ address, port }, now);
  expect([may('192.0.2.1', 4000, 0), may('192.0.2.7', 9, 0), may('192.0.2.8', 9, 0)]).toEqual([
    true,
    true,
    false,
  ]);
  expect([may('192.0.2.1', 4000, 2000), may('192.0.2.7', 9, 2000)]).toEqual([true, false]);
  expect(latch.isSettled(2000)).toBe(false);
  latch.accept({ address: '192.0.2.1', port: 4000 }, { ssrc: 1, sequenceNumber: 1 }, 500);
  expect([latch.isSettled(500), latch.isSettled(2000)]).toEqual([false, true]);
});
