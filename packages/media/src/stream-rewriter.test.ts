import { describe, expect, test } from 'vitest';
import { StreamRewriter } from './stream-rewriter.ts';

const open = () =>
  new StreamRewriter({ clockRate: 8000, firstSequenceNumber: 65_534, firstTimestamp: 0xffffff00 });

/** A source that sends a frame every 20 ms. */
function source(ssrc: number, sequenceNumber: number, timestamp: number) {
  return (n: number) => ({
    ssrc,
    sequenceNumber: (sequenceNumber + n) & 0xffff,
    timestamp: (timestamp + n * 160) >>> 0,
  });
}

const numbers = (places: ({ sequenceNumber: number } | null)[]) =>
  places.map((place) => place?.sequenceNumber ?? null);

describe('one stream out of one source', () => {
  test('begins at the given numbers, is marked there, and wraps', () => {
    const stream = open();
    const a = source(1, 100, 5000);
    const places = [0, 1, 2, 3].map((n) => stream.place(a(n), n * 20));
    expect(numbers(places)).toEqual([65_534, 65_535, 0, 1]);
    expect(places.map((place) => place?.timestamp)).toEqual([0xffffff00, 0xffffffa0, 0x40, 0xe0]);
    expect(places.map((place) => place?.resumed)).toEqual([true, false, false, false]);
  });

  test('keeps loss and order of the source', () => {
    const stream = open();
    const a = source(1, 65_530, 0);
    const places = [0, 1, 4, 3, 5].map((n) => stream.place(a(n), n * 20));
    expect(numbers(places)).toEqual([65_534, 65_535, 2, 1, 3]);
  });
});

describe('a long call', () => {
  test('hours of one source go on, number by number', () => {
    const stream = open();
    const a = source(1, 100, 5000);
    const wrong: number[] = [];
    for (let n = 0; n < 200_000; n += 1) {
      const place = stream.place(a(n), n * 20);
      if (place?.sequenceNumber !== ((65_534 + n) & 0xffff)) wrong.push(n);
    }
    expect(wrong).toEqual([]);
  });
});

describe('one stream out of changing sources', () => {
  test('goes on without a gap, at the time that has passed', () => {
    const stream = open();
    const [a, b] = [source(1, 100, 5000), source(2, 40_000, 9)];
    stream.place(a(0), 0);
    const last = stream.place(a(1), 20);
    const first = stream.place(b(0), 120);
    expect(first?.sequenceNumber).toBe(((last?.sequenceNumber ?? 0) + 1) & 0xffff);
    expect(((first?.timestamp ?? 0) - (last?.timestamp ?? 0)) >>> 0).toBe(800);
    expect(first?.resumed).toBe(true);
    const back = stream.place(a(7), 140);
    expect(back?.sequenceNumber).toBe(((first?.sequenceNumber ?? 0) + 1) & 0xffff);
  });

  test('a source that restarts with the same SSRC is a new one', () => {
    const stream = open();
    stream.place(source(1, 100, 5000)(0), 0);
    const place = stream.place(source(1, 30_000, 3_000_000_000)(0), 20);
    expect(place).toEqual({ sequenceNumber: 65_535, timestamp: 0xffffffa0, resumed: true });
  });
});

describe('interruptions', () => {
  test('packets left out on purpose leave no gap in the numbers but in the time', () => {
    const stream = open();
    const a = source(1, 100, 0);
    stream.place(a(0), 0);
    stream.skip();
    const place = stream.place(a(5), 100);
    expect(place?.sequenceNumber).toBe(65_535);
    expect(place?.timestamp).toBe((0xffffff00 + 800) >>> 0);
    expect(place?.resumed).toBe(true);
  });

  test('packets of our own take numbers of the stream; the source goes on after them', () => {
    const stream = open();
    const a = source(1, 100, 0);
    stream.place(a(0), 0);
    const timestamp = stream.timestampAt(20);
    expect(timestamp).toBe(0xffffffa0);
    expect([0, 1, 2].map(() => stream.insert(timestamp, 20))).toEqual([65_535, 0, 1]);
    const after = stream.place(a(5), 100);
    expect(after?.sequenceNumber).toBe(2);
    expect(after?.timestamp).toBe((0xffffff00 + 800) >>> 0);
  });

  test('a straggler from before an interruption is left out: its number is taken', () => {
    const stream = open();
    const a = source(1, 100, 0);
    stream.place(a(0), 0);
    stream.insert(stream.timestampAt(20), 20);
    stream.place(a(3), 60);
    expect(stream.place(a(2), 61)).toBeNull();
  });

  test('two events without any audio begin at different times', () => {
    const stream = open();
    const first = stream.timestampAt(0);
    stream.insert(first, 0);
    expect((stream.timestampAt(170) - first) >>> 0).toBe(1360);
  });
});

test('with another clock the timestamps run on from where they are, in its ticks', () => {
  const rewriter = new StreamRewriter({
    clockRate: 8000,
    firstSequenceNumber: 10,
    firstTimestamp: 1000,
  });
  rewriter.place({ ssrc: 1, sequenceNumber: 5, timestamp: 0 }, 0);
  rewriter.changeClock(48_000, 20);
  const next = rewriter.place({ ssrc: 1, sequenceNumber: 6, timestamp: 77_000 }, 40);
  expect(next).toEqual({ sequenceNumber: 11, timestamp: 1000 + 160 + 960, resumed: true });
});
