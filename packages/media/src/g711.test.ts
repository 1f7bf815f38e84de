import { describe, expect, test } from 'vitest';
import type { G711Law } from './codec.ts';
import { convertG711, decodeG711, encodeG711, silenceOf } from './g711.ts';

/** A quantising interval of G.711 tables 1 and 2: magnitudes in [from, to) are read back as value. */
interface Interval {
  from: number;
  to: number;
  value: number;
}

/** Positive intervals of A-law in 13-bit units: 32 of width 2, then 16 each of 4, 8 … 128. */
function alawIntervals(): Interval[] {
  const intervals: Interval[] = [];
  let from = 0;
  for (const [count, width] of [[32, 2], ...[4, 8, 16, 32, 64, 128].map((w) => [16, w])]) {
    for (let i = 0; i < (count as number); i++) {
      const to = from + (width as number);
      intervals.push({ from, to, value: (from + to) / 2 });
      from = to;
    }
  }
  return intervals;
}

/** Positive intervals of µ-law in 14-bit units: one of 1, 15 of 2, then 16 each of 4 … 256. */
function ulawIntervals(): Interval[] {
  const intervals: Interval[] = [{ from: 0, to: 1, value: 0 }];
  let from = 1;
  for (const [count, width] of [[15, 2], ...[4, 8, 16, 32, 64, 128, 256].map((w) => [16, w])]) {
    for (let i = 0; i < (count as number); i++) {
      const to = from + (width as number);
      intervals.push({ from, to, value: (from + to) / 2 });
      from = to;
    }
  }
  return intervals;
}

const laws: {
  law: G711Law;
  scale: number;
  intervals: Interval[];
  code: (n: number) => number;
}[] = [
  { law: 'PCMA', scale: 8, intervals: alawIntervals(), code: (n) => (0x80 | n) ^ 0x55 },
  { law: 'PCMU', scale: 4, intervals: ulawIntervals(), code: (n) => 0xff - n },
];

describe.each(laws)('$law against the tables of ITU-T G.711', ({ law, scale, intervals, code }) => {
  test('has 128 intervals a sign', () => expect(intervals).toHaveLength(128));

  test('decodes every code to the middle of its interval', () => {
    intervals.forEach(({ value }, n) => {
      const codes = Uint8Array.of(code(n), code(n) ^ 0x80);
      expect([...decodeG711(law, codes)]).toEqual([value * scale, -value * scale || 0]);
    });
  });

  test('encodes every 16-bit sample into the interval it lies in', () => {
    const samples = Int16Array.from({ length: 65536 }, (_, i) => i - 32768);
    const codes = encodeG711(law, samples);
    let wrong = 0;
    samples.forEach((sample, i) => {
      const magnitude = (sample < 0 ? ~sample : sample) / scale;
      const n = (codes[i] as number) ^ (sample < 0 ? 0x80 : 0);
      const at = intervals.findIndex((_, index) => code(index) === n);
      const interval = intervals[at] as Interval;
      const last = at === intervals.length - 1;
      // µ-law takes whole 14-bit magnitudes before it looks for the interval.
      const compared = law === 'PCMU' ? Math.floor(magnitude) : magnitude;
      if (!(compared >= interval.from && (compared < interval.to || last))) wrong++;
    });
    expect(wrong).toBe(0);
  });

  test('gives every code back after decoding, but for the second zero', () => {
    const codes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const back = encodeG711(law, decodeG711(law, codes));
    const changed = [...codes].filter((c, i) => back[i] !== c);
    expect(changed).toEqual(law === 'PCMU' ? [0x7f] : []);
  });

  test('its silence octet is (nearly) zero', () => {
    expect(Math.abs(decodeG711(law, Uint8Array.of(silenceOf(law)))[0] as number)).toBeLessThan(9);
  });
});

describe('conversion between the laws', () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);

  test('equals decoding and encoding again', () => {
    expect(convertG711('PCMA', 'PCMU', all)).toEqual(encodeG711('PCMU', decodeG711('PCMA', all)));
    expect(convertG711('PCMU', 'PCMA', all)).toEqual(encodeG711('PCMA', decodeG711('PCMU', all)));
  });

  test('leaves the same law untouched', () => {
    expect(convertG711('PCMA', 'PCMA', all)).toBe(all);
  });

  test('keeps sign and level within one step of the coarser law', () => {
    const before = decodeG711('PCMA', all);
    const after = decodeG711('PCMU', convertG711('PCMA', 'PCMU', all));
    before.forEach((value, i) => {
      const tolerance = Math.max(16, Math.abs(value) / 16);
      expect(Math.abs((after[i] as number) - value)).toBeLessThanOrEqual(tolerance);
    });
  });
});
