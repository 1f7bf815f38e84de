import { expect, test } from 'vitest';
import { FakeTime } from '../testing/fake-time.ts';
import { CommandCache } from './command-cache.ts';

function counter(time = new FakeTime(), max = 3) {
  const cache = new CommandCache<number>(time, max, 1000);
  let runs = 0;
  return (key: string) => cache.run(key, async () => ++runs);
}

test('the same command again gets the same result, also at the same time', async () => {
  const run = counter();
  expect(await Promise.all([run('a'), run('a')])).toEqual([1, 1]);
  expect(await run('a')).toBe(1);
  expect(await run('b')).toBe(2);
});

test('results are kept in bounded number and for a bounded time', async () => {
  const time = new FakeTime();
  const run = counter(time);
  for (const key of ['a', 'b', 'c', 'd']) await run(key);
  expect(await run('d')).toBe(4);
  expect(await run('a')).toBe(5);
  time.advance(1000);
  expect(await run('a')).toBe(6);
});
