import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../../harness/ports.ts';
import { findProgram, type RunningProcess, startProcess } from '../../../harness/processes.ts';
import { tempDir } from '../../../harness/temp-dir.ts';
import { onCore } from './core.ts';

/** How a run of calls went, in SIPp's counts. */
export interface LoadResult {
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  /** Wall seconds of the whole run. */
  readonly seconds: number;
  /** Milliseconds from INVITE to 200 that 99 % of the calls stayed below; SIPp counts in classes. */
  readonly p99Below: number;
}

/** Starts SIPp's own answering side: 180 and 200 to every INVITE, 200 to every BYE. */
export async function startAnswering(): Promise<{ port: number; running: RunningProcess }> {
  const port = await freePort();
  const running = await startProcess({
    name: 'sipp uas',
    ...onCore('generator', sipp(), [
      ...['-sn', 'uas', '-i', '127.0.0.1', '-p', String(port)],
      ...['-nostdin', '-mp', String(await freePort())],
    ]),
    env: { ...process.env, TERM: 'xterm' },
  });
  return { port, running };
}

/**
 * Calls a target at a fixed rate (open loop: a slow target does not slow the arrivals down).
 *
 * @param o.scenario XML of another scenario than SIPp's own caller
 */
export async function placeCalls(o: {
  remote: string;
  rate: number;
  calls: number;
  scenario?: string;
  arguments?: readonly string[];
}): Promise<LoadResult> {
  await using dir = await disposableDir();
  const statistics = join(dir.path, 'statistics');
  const startedAt = performance.now();
  const running = await startProcess({
    name: 'sipp uac',
    ...onCore('generator', sipp(), [
      o.remote,
      ...(o.scenario ? ['-sf', o.scenario] : ['-sn', 'uac']),
      ...['-r', String(o.rate), '-m', String(o.calls), '-l', '20000'],
      ...['-i', '127.0.0.1', '-p', String(await freePort()), '-mp', String(await freePort())],
      ...['-nostdin', '-timeout', '120s', '-trace_stat', '-stf', statistics, '-fd', '1'],
      ...(o.arguments ?? []),
    ]),
    env: { ...process.env, TERM: 'xterm' },
  });
  await running.exited;
  const rows = (await readFile(statistics, 'utf8')).trim().split('\n');
  const heading = rows[0]?.split(';') ?? [];
  const last = rows.at(-1)?.split(';') ?? [];
  const count = (name: string) => Number(last[heading.indexOf(name)] ?? Number.NaN);
  return {
    successful: count('SuccessfulCall(C)'),
    failed: o.calls - count('SuccessfulCall(C)'),
    retransmissions: count('Retransmissions(C)'),
    seconds: (performance.now() - startedAt) / 1_000,
    p99Below: p99Below(heading, last),
  };
}

/** Upper end of the class of `ResponseTimeRepartition1` in which the 99th of 100 calls lies. */
function p99Below(heading: readonly string[], row: readonly string[]): number {
  const classes = heading.flatMap((name, at) => {
    const below = /^ResponseTimeRepartition1_<(\d+)$/.exec(name)?.[1];
    const over = /^ResponseTimeRepartition1_>=/.test(name);
    const limit = over ? Number.POSITIVE_INFINITY : Number(below);
    return below === undefined && !over ? [] : [{ limit, calls: Number(row[at]) }];
  });
  const all = classes.reduce((sum, { calls }) => sum + calls, 0);
  let seen = 0;
  for (const { limit, calls } of classes) {
    seen += calls;
    if (seen >= all * 0.99) return limit;
  }
  return Number.NaN;
}

function sipp(): string {
  const command = findProgram('sipp');
  if (!command) throw new Error('sipp is not installed');
  return command;
}

async function disposableDir() {
  const dir = await tempDir('load');
  return { path: dir.path, [Symbol.asyncDispose]: () => dir.remove() };
}
