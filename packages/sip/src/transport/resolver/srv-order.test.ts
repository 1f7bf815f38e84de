import { expect, test } from 'vitest';
import { srv } from '../../testing/fake-dns.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { srvOrder } from './srv-order.ts';

const names = (records: { target: string }[]) => records.map(({ target }) => target).join('');

test('priorities come in order, all servers are given', () => {
  const records = [srv('c', 1, 30), srv('a', 1, 10), srv('b', 1, 20, 100)];
  expect(names(srvOrder(records, () => 0.99))).toBe('abc');
});

test('the draw decides by running sums, those of weight 0 first', () => {
  const records = [srv('a', 1, 1, 10), srv('b', 1, 1, 0), srv('c', 1, 1, 30)];
  // Sums are b 0, a 10, c 40; the draw is one of 0 … 40.
  expect(names(srvOrder(records, () => 0)).at(0)).toBe('b');
  expect(names(srvOrder(records, () => 10.5 / 41)).at(0)).toBe('a');
  expect(names(srvOrder(records, () => 11.5 / 41)).at(0)).toBe('c');
  expect(names(srvOrder(records, () => 0.999)).at(0)).toBe('c');
});

test('load is shared in proportion to the weights (RFC 2782)', () => {
  const random = seededRandom(7);
  const records = [srv('a', 1, 1, 60), srv('b', 1, 1, 30), srv('c', 1, 1, 10)];
  const first = { a: 0, b: 0, c: 0 };
  for (let i = 0; i < 20_000; i++) {
    first[srvOrder(records, random)[0]?.target as keyof typeof first] += 1;
  }
  expect(first.a / 20_000).toBeCloseTo(0.6, 1);
  expect(first.b / 20_000).toBeCloseTo(0.3, 1);
  expect(first.c / 20_000).toBeCloseTo(0.1, 1);
});
