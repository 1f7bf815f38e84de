import { expect, test } from 'vitest';
import { fuzz } from './testing/fuzz.ts';
import { fuzzSeeds } from './testing/fuzz-seeds.ts';

const DURATION_MS = 60_000;
const LIMIT_MS = 20;

test('one minute of mutated messages: no crash, none above 20 ms, flat memory', {
  timeout: 180_000,
}, () => {
  const seed = Date.now() >>> 0;
  const report = fuzz({ seeds: fuzzSeeds(), seed, durationMs: DURATION_MS });
  const { inputs, messages, slowestMs, memory } = report;
  const megabytes = memory.map((bytes) => (bytes / 1e6).toFixed(1)).join(' → ');
  console.log(
    `fuzz seed ${seed}: ${inputs} inputs, ${messages} of them messages, slowest ${slowestMs.toFixed(2)} ms, memory ${megabytes} MB`,
  );
  expect(report.crashes).toEqual([]);
  expect(slowestMs, report.slowestInput.toString('base64').slice(0, 2_000)).toBeLessThan(LIMIT_MS);
  expect(inputs).toBeGreaterThan(10_000);
  const [first = 0, , , last = 0] = memory;
  expect(last - first).toBeLessThan(4e6);
});
