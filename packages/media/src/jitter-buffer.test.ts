import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JitterBuffer, type Playout } from './jitter-buffer.ts';

/** What was played, with the time it was: `p3` a packet, `x` a frame made up. */
interface Played {
  at: number;
  what: string;
  position: number;
}

/** A source of 20 ms packets, and the buffer asked every 5 ms on a clock of its own. */
function rig(options: { firstSequence?: number; firstTimestamp?: number; pause?: number } = {}) {
  const buffer = new JitterBuffer({
    clockRate: 8000,
    ticksOf: (payload) => payload.length,
    isPause: (payload) => payload[0] === options.pause,
  });
  const played: Played[] = [];
  let now = 0;
  const take = (playout: Playout | undefined) => {
    if (playout === undefined) return false;
    const { packet, position } = playout;
    const what = packet === undefined ? (playout.next ? 'x+' : 'x') : `p${packet.payload[0]}`;
    played.push({ at: now, what, position });
    return true;
  };
  const poll = () => {
    while (take(buffer.pull(now)));
  };
  const advance = (to: number) => {
    while (now + 5 <= to) {
      now += 5;
      poll();
    }
    now = to;
    poll();
  };
  return {
    buffer,
    played,
    advance,
    poll,
    /** Packet `n` arrives at `at`; its timestamp says `n` × 20 ms, or another `tick`. */
    arrive(n: number, at: number, more: { ssrc?: number; sequence?: number; tick?: number } = {}) {
      advance(at);
      const payload = new Uint8Array(160).fill(n & 0xff);
      const sequence = more.sequence ?? n;
      buffer.push(
        {
          ssrc: more.ssrc ?? 1,
          sequenceNumber: (sequence + (options.firstSequence ?? 0)) & 0xffff,
          timestamp: (160 * (more.tick ?? n) + (options.firstTimestamp ?? 0)) >>> 0,
          payload,
        },
        at,
      );
      poll();
    },
    interrupt: () => buffer.interrupt().forEach(take),
    whats: () => played.map(({ what }) => what).join(' '),
  };
}

test('on a smooth network every packet is played the moment it comes', () => {
  const r = rig();
  for (let n = 0; n < 200; n++) r.arrive(n, n * 20);
  expect(r.played).toHaveLength(200);
  expect(r.played.every(({ at, what }, n) => at === n * 20 && what === `p${n & 0xff}`)).toBe(true);
  expect(r.buffer.targetMs).toBe(30);
});

test('sequence numbers and timestamps may wrap', () => {
  const r = rig({ firstSequence: 65_530, firstTimestamp: 2 ** 32 - 800 });
  for (let n = 0; n < 20; n++) r.arrive(n, n * 20);
  expect(r.whats()).toBe(Array.from({ length: 20 }, (_, n) => `p${n}`).join(' '));
  expect(r.played.map(({ position }, n) => position - 160 * n)).toEqual(
    Array.from({ length: 20 }, () => r.played[0]?.position),
  );
});

test('two packets that changed places are put right, without a frame made up', () => {
  const r = rig();
  const order: [number, number][] = [
    [0, 0],
    [1, 20],
    [3, 60],
    [2, 62],
    [4, 80],
  ];
  for (const [n, at] of order) r.arrive(n, at);
  r.advance(110);
  expect(r.whats()).toBe('p0 p1 p2 p3 p4');
});

test('a duplicate is played once', () => {
  const r = rig();
  for (const [n, at] of [
    [0, 0],
    [1, 20],
    [1, 21],
    [0, 22],
    [2, 40],
    [4, 80],
    [4, 81],
  ] as const) {
    r.arrive(n, at);
  }
  r.advance(115);
  expect(r.whats()).toBe('p0 p1 p2 x+ p4');
  expect(r.buffer.duplicates).toBe(3);
});

describe('loss', () => {
  test('of one packet is made up 30 ms after it was due, with the packet after it at hand', () => {
    const r = rig();
    for (const n of [0, 1, 3, 4]) r.arrive(n, n * 20);
    const times = r.played.map(({ at, what }) => `${what}@${at}`);
    expect(times.join(' ')).toBe('p0@0 p1@20 x+@70 p3@70 p4@80');
  });

  test('of several keeps the length of the audio', () => {
    const r = rig();
    for (const n of [0, 1, 2, 7, 8]) r.arrive(n, n * 20);
    r.advance(400);
    expect(r.whats()).toBe('p0 p1 p2 x x x x+ p7 p8 x x x');
    const positions = r.played.map(({ position }) => position);
    expect(positions).toEqual(positions.map((_, i) => 160 * i));
  });

  test('of everything is made up for 60 ms and then silent', () => {
    const r = rig();
    for (const n of [0, 1]) r.arrive(n, n * 20);
    r.advance(2000);
    expect(r.whats()).toBe('p0 p1 x x x');
    expect(r.buffer.isIdle).toBe(true);
    r.arrive(100, 2000);
    r.advance(2040);
    expect(r.played.at(-1)).toMatchObject({ what: 'p100', position: 16_000 });
  });

  test('a packet that comes after its frame was made up is left out', () => {
    const r = rig();
    for (const n of [0, 1, 3, 4, 5]) r.arrive(n, n * 20);
    r.arrive(2, 101);
    r.arrive(6, 120);
    r.advance(190);
    expect(r.whats()).toBe('p0 p1 x+ p3 p4 p5 p6');
    expect(r.buffer.late + r.buffer.duplicates).toBe(1);
  });
});

describe('jitter', () => {
  /** Delays that follow each other as in a queue: no packet overtakes another. */
  const arrivals = (delays: readonly number[]) => {
    let last = 0;
    return delays.map((delay, n) => {
      last = Math.max(last, n * 20 + delay);
      return last;
    });
  };

  test('makes the buffer wait longer until nothing is too late, and calm makes it wait less', () => {
    const r = rig();
    const random = noise(7);
    const times = arrivals(
      Array.from({ length: 1500 }, (_, n) => (n < 750 ? Math.floor(random() * 80) : 0)),
    );
    for (const [n, at] of times.entries()) {
      r.arrive(n, at);
      if (n === 749) {
        expect(r.buffer.targetMs).toBeGreaterThanOrEqual(60);
        expect(r.buffer.targetMs).toBeLessThanOrEqual(110);
      }
    }
    const second = r.played.filter(({ position }) => position > 160 * 300 && position < 160 * 750);
    expect(second.filter(({ what }) => what === 'x').length).toBeLessThan(second.length * 0.03);
    expect(r.buffer.targetMs).toBe(30);
  });

  test('holds no packet in order back; one after a gap waits for the one before it', () => {
    const r = rig();
    const random = noise(11);
    const times = arrivals(Array.from({ length: 300 }, () => Math.floor(random() * 80)));
    for (const [n, at] of times.entries()) r.arrive(n, at);
    const { targetMs } = r.buffer;
    expect(targetMs).toBeGreaterThanOrEqual(60);
    // The first ones come before the wait has adapted: a late one of them was made up.
    for (const { at, what, position } of r.played.slice(50)) {
      if (what.startsWith('p')) expect(at).toBe(times[position / 160]);
    }
    const last = times.at(-1) ?? 0;
    r.arrive(301, last + 20);
    r.advance(last + 30);
    expect(r.played.at(-1)?.position).toBeLessThanOrEqual(160 * 300);
    r.arrive(300, last + 31);
    expect(r.whats()).toMatch(/p44 p45$/);
  });

  test('VOX-122 the wait for a packet stays between 20 and 200 ms', () => {
    const r = rig();
    const random = noise(3);
    for (const [n, at] of arrivals(
      Array.from({ length: 500 }, () => Math.floor(random() * 900)),
    ).entries()) {
      r.arrive(n, at);
      expect(r.buffer.targetMs).toBeGreaterThanOrEqual(20);
      expect(r.buffer.targetMs).toBeLessThanOrEqual(200);
    }
  });
});

test.each([
  ['fast', 0.9995],
  ['slow', 1.0005],
])(
  'a %s clock of the source, 500 ppm off, neither builds up delay nor loses a frame',
  (_, rate) => {
    const r = rig();
    const count = 6000;
    for (let n = 0; n < count; n++) r.arrive(n, Math.round(n * 20 * rate));
    expect(r.played.filter(({ what }) => what.startsWith('p'))).toHaveLength(count);
    expect(r.played.filter(({ what }) => what === 'x')).toHaveLength(0);
    const last = r.played.at(-1);
    expect((last?.at ?? 0) - Math.round((count - 1) * 20 * rate)).toBeLessThan(10);
  },
);

describe('pauses', () => {
  test('of discontinuous transmission are no loss: the next packet keeps its distance', () => {
    const r = rig({ pause: 2 });
    r.arrive(0, 0);
    r.arrive(1, 20);
    r.arrive(2, 40);
    r.arrive(3, 440, { tick: 22 });
    r.arrive(4, 460, { tick: 23 });
    expect(r.whats()).toBe('p0 p1 p2 p3 p4');
    expect(r.played[3]?.position).toBe(160 * 22);
  });

  test('without a sign that they begin cost three frames made up and no more', () => {
    const r = rig();
    r.arrive(0, 0);
    r.arrive(1, 20);
    r.arrive(2, 420, { tick: 21 });
    r.advance(440);
    expect(r.whats()).toBe('p0 p1 x x x p2');
  });

  test('for a telephone event are told, and what was held is played before it', () => {
    const r = rig();
    r.arrive(0, 0);
    r.arrive(2, 40);
    r.interrupt();
    expect(r.whats()).toBe('p0 p2');
    r.advance(300);
    r.arrive(14, 301);
    expect(r.whats()).toBe('p0 p2 p14');
  });
});

test('another source is followed at once', () => {
  const r = rig();
  r.arrive(0, 0);
  r.arrive(1, 20);
  r.arrive(50, 40, { ssrc: 9, sequence: 30_000 });
  r.arrive(51, 60, { ssrc: 9, sequence: 30_001 });
  expect(r.whats()).toBe('p0 p1 p50 p51');
});

test('whatever arrives, frames are played in order, none twice, and memory stays bounded', () => {
  const packets = fc.array(
    fc.record({
      sequence: fc.integer({ min: 0, max: 70_000 }),
      tick: fc.integer({ min: 0, max: 2 ** 26 }),
      wait: fc.integer({ min: 0, max: 60 }),
      ssrc: fc.integer({ min: 1, max: 2 }),
    }),
    { maxLength: 120 },
  );
  fc.assert(
    fc.property(packets, (list) => {
      const r = rig();
      let at = 0;
      for (const { wait, ...more } of list) {
        at += wait;
        const before = r.played.length;
        r.arrive(1, at, more);
        expect(r.played.length - before).toBeLessThan(200);
      }
      expect(r.played.filter(({ what }) => what === 'p1').length).toBeLessThanOrEqual(list.length);
    }),
    { numRuns: 200 },
  );
});

/** Random numbers below 1, the same in every run. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
