/**
 * Ten minutes of mutated messages through everything that reads bytes of strangers.
 *
 * Run: `npm run soak fuzz`, or `node packages/sip/soak/fuzz.ts [minutes] [seed]`
 */
import { fuzz } from '../src/testing/fuzz.ts';
import { fuzzSeeds } from '../src/testing/fuzz-seeds.ts';

const minutes = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? Date.now() >>> 0);
const LIMIT_MS = 20;
const MEMORY_SLACK = 4e6;

const seeds = fuzzSeeds();
console.log(`fuzz: ${seeds.length} messages, seed ${seed}, ${minutes} minutes`);
const report = fuzz({ seeds, seed, durationMs: minutes * 60_000, progress: console.log });
const [first = 0, , , last = 0] = report.memory;
const memory = report.memory.map((bytes) => (bytes / 1e6).toFixed(1)).join(' → ');
console.log(
  `${report.inputs} inputs, ${report.messages} messages, slowest ${report.slowestMs.toFixed(2)} ms, memory ${memory} MB`,
);
for (const { error, input } of report.crashes)
  console.log(`crash: ${error}\n  input (Base64): ${input}`);
const failed =
  report.crashes.length > 0 || report.slowestMs >= LIMIT_MS || last - first > MEMORY_SLACK;
console.log(failed ? 'FAILED' : 'passed');
process.exitCode = failed ? 1 : 0;
