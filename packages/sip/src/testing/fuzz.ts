import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { mutated, seeded } from './fuzz-mutations.ts';
import { FuzzTarget } from './fuzz-target.ts';

export interface FuzzOptions {
  seeds: readonly Buffer[];
  seed: number;
  durationMs: number;
  /** Told how it goes, about every tenth of the time. */
  progress?: (line: string) => void;
}

export interface FuzzReport {
  seed: number;
  inputs: number;
  /** Inputs that were messages all the same. */
  messages: number;
  /** CPU milliseconds of the slowest input: the least of three runs, as others use the machine. */
  slowestMs: number;
  slowestInput: Buffer;
  /** Bytes of heap and buffers in use after a collection, at the start and each third of the time. */
  memory: number[];
  /** Inputs that made something else than a refusal. */
  crashes: { input: string; error: string }[];
}

/** Runs slower than this are repeated before they count. */
const SUSPECT_MS = 5;
const MAX_CRASHES = 5;
const BATCH = 64;

/** Feeds mutated messages to everything that reads bytes of strangers. */
export function fuzz({ seeds, seed, durationMs, progress }: FuzzOptions): FuzzReport {
  const random = seeded(seed);
  const target = new FuzzTarget();
  const collect = collector();
  const report: FuzzReport = {
    seed,
    inputs: 0,
    messages: 0,
    slowestMs: 0,
    slowestInput: Buffer.alloc(0),
    memory: [],
    crashes: [],
  };
  const run = (input: Buffer): void => {
    const before = performance.now();
    try {
      if (target.run(input)) report.messages += 1;
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (report.crashes.length < MAX_CRASHES) {
        report.crashes.push({ input: input.toString('base64').slice(0, 4_000), error: text });
      }
    }
    report.inputs += 1;
    if (performance.now() - before < SUSPECT_MS) return;
    const ms = leastCpu(() => target.run(input));
    if (ms <= report.slowestMs) return;
    report.slowestMs = ms;
    report.slowestInput = Buffer.from(input);
  };
  for (const input of seeds) run(input);
  // Code is compiled and caches are filled before memory is looked at.
  for (let i = 0; i < 20_000 / BATCH; i++) batch(run, seeds, random);
  const start = performance.now();
  report.memory.push(collect());
  let told = 0;
  while (performance.now() - start < durationMs) {
    batch(run, seeds, random);
    const elapsed = (performance.now() - start) / durationMs;
    if (elapsed >= report.memory.length / 3 && report.memory.length < 4) {
      report.memory.push(collect());
    }
    if (elapsed * 10 >= told + 1) {
      told += 1;
      progress?.(
        `${report.inputs} inputs, ${report.messages} messages, slowest ${report.slowestMs.toFixed(2)} ms`,
      );
    }
  }
  while (report.memory.length < 4) report.memory.push(collect());
  return report;
}

function batch(
  run: (input: Buffer) => void,
  seeds: readonly Buffer[],
  random: (below: number) => number,
): void {
  for (let i = 0; i < BATCH; i++) run(mutated(seeds, random));
}

/** CPU milliseconds of the quickest of three runs. */
function leastCpu(work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const before = process.cpuUsage();
    try {
      work();
    } catch {
      // Told already where it first happened; here only the time counts.
    }
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

/** Collects garbage and tells the bytes in use. */
function collector(): () => number {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  return () => {
    gc();
    gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
}
