import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';
import { createRateLimiter } from './rate-limit.ts';

test('a bucket empties, says how long to wait, and refills', () => {
  let ms = 0;
  const limiter = createRateLimiter({
    capacity: 3,
    refillPerSecond: 0.5,
    maxKeys: 10,
    clock: { now: () => new Date(0), monotonic: () => ms },
  });
  for (let index = 0; index < 3; index++) expect(limiter.take('a')).toEqual({ ok: true });
  expect(limiter.take('a')).toEqual({ ok: false, retryAfterSeconds: 2 });
  expect(limiter.take('b')).toEqual({ ok: true });
  ms = 2000;
  expect(limiter.take('a')).toEqual({ ok: true });
  expect(limiter.take('a').ok).toBe(false);
});

test('the number of buckets is bounded; the one unused longest goes', () => {
  const limiter = createRateLimiter({
    capacity: 1,
    refillPerSecond: 0.001,
    maxKeys: 2,
    clock: { now: () => new Date(0), monotonic: () => 0 },
  });
  limiter.take('a');
  limiter.take('b');
  expect(limiter.take('b').ok).toBe(false);
  limiter.take('c');
  expect(limiter.take('b').ok).toBe(false);
  expect(limiter.take('a').ok).toBe(true);
});

test('back-off doubles up to its ceiling, jittered in the upper half', () => {
  const options = { minMs: 200, maxMs: 10_000 };
  expect(backoffMs(0, { ...options, random: () => 0 })).toBe(100);
  expect(backoffMs(0, { ...options, random: () => 1 })).toBe(200);
  expect(backoffMs(3, { ...options, random: () => 1 })).toBe(1600);
  expect(backoffMs(50, { ...options, random: () => 1 })).toBe(10_000);
});
