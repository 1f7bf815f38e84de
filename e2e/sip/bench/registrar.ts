/**
 * Registrations side by side: a bare registrar on our stack and Kamailio's, each with digest and
 * bindings in memory, on one core. A registration is a REGISTER, its 401, the REGISTER with
 * credentials and its 200. Ours remembers each answered REGISTER for 32 s, as RFC 3261 §17.2.2 wants;
 * Kamailio's registrar is stateless.
 *
 * A B A B …, three pairs each for SHA-256 and MD5: CPU microseconds a registration at a rate both
 * carry, and the time a registration takes. Then the highest rate of a ladder at which none fails.
 */
import { freePort } from '../../harness/ports.ts';
import { startProcess } from '../../harness/processes.ts';
import { needs } from '../../peers/available.ts';
import { onCore } from './load/core.ts';
import { cpuMicros } from './load/cpu.ts';
import { startKamailioRegistrar } from './load/kamailio-registrar.ts';
import { NODE_FLAGS } from './load/node-flags.ts';
import { median, ratioText } from './load/ratio.ts';
import type { RegisterResult } from './load/register-load.ts';

type Algorithm = 'SHA-256' | 'MD5';

const PAIRS = 3;
const RATE = 800;
const WARM_UP = 800;
const COUNT = 2_000;
const LADDER = [1_500, 2_000, 2_500, 3_000, 3_500, 4_000];
const LADDER_SECONDS = 3;
const REALM = 'bench.invalid';
const PASSWORD = 'benchmark';

interface Candidate {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}
type Start = (algorithm: Algorithm) => Promise<Candidate>;

const ours: Start = async (algorithm) => {
  const port = await freePort();
  const program = new URL('./load/registrar.ts', import.meta.url).pathname;
  const args = [...NODE_FLAGS, program, String(port), algorithm, REALM, PASSWORD];
  const running = await startProcess({
    name: 'registrar',
    ...onCore('measured', process.execPath, args),
    ready: /^ready$/,
  });
  return { port, pid: running.pid, stop: async () => void (await running.stop()) };
};

const theirs: Start = async (algorithm) => {
  const { port, running, remove } = await startKamailioRegistrar(algorithm, REALM, PASSWORD);
  const stop = async () => {
    await running.stop();
    await remove();
  };
  return { port, pid: running.pid, stop };
};

async function load(
  { port }: Candidate,
  algorithm: Algorithm,
  rate: number,
  count: number,
): Promise<RegisterResult> {
  const program = new URL('./load/register-load.ts', import.meta.url).pathname;
  const args = [program, ...[port, rate, count].map(String), algorithm, REALM, PASSWORD];
  const running = await startProcess({
    name: 'register load',
    ...onCore('generator', process.execPath, args),
  });
  const line = await running.waitForLine(/^\{/, 60_000);
  await running.exited;
  return JSON.parse(line) as RegisterResult;
}

async function measure(start: Start, algorithm: Algorithm) {
  const candidate = await start(algorithm);
  await load(candidate, algorithm, RATE, WARM_UP);
  const before = cpuMicros(candidate.pid);
  const result = await load(candidate, algorithm, RATE, COUNT);
  const micros = (cpuMicros(candidate.pid) - before) / result.successful;
  await candidate.stop();
  if (result.failed > 0) console.log(`  ${result.failed} registrations failed at ${RATE} a second`);
  return { micros, p50: result.p50, p99: result.p99 };
}

async function climb(start: Start, algorithm: Algorithm) {
  const candidate = await start(algorithm);
  await load(candidate, algorithm, RATE, WARM_UP);
  let best = { rate: 0, p99: Number.NaN, retransmissions: 0 };
  for (const rate of LADDER) {
    const { failed, ...rest } = await load(candidate, algorithm, rate, rate * LADDER_SECONDS);
    if (failed > 0) break;
    best = { rate, p99: rest.p99, retransmissions: rest.retransmissions };
  }
  await candidate.stop();
  return best;
}

const suite = needs('registrations', 'kamailio');
if (suite.skip) {
  console.log(suite.name);
} else {
  console.log(`${PAIRS} ABAB pairs at ${RATE} registrations/s`);
  for (const algorithm of ['SHA-256', 'MD5'] as const) {
    const a: Awaited<ReturnType<typeof measure>>[] = [];
    const b: Awaited<ReturnType<typeof measure>>[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      a.push(await measure(ours, algorithm));
      b.push(await measure(theirs, algorithm));
    }
    const micros = (list: typeof a) => list.map((one) => one.micros);
    const tell = (list: typeof a) =>
      `${median(micros(list)).toFixed(0)} µs CPU, delay p50 ${median(list.map((one) => one.p50)).toFixed(1)} ms` +
      ` p99 ${median(list.map((one) => one.p99)).toFixed(1)} ms`;
    console.log(`${algorithm}: registrar ${tell(a)}; kamailio ${tell(b)}`);
    console.log(`${algorithm}: CPU ratio ${ratioText(micros(a), micros(b))}`);
  }
  for (const [name, start] of [
    ['registrar', ours],
    ['kamailio', theirs],
  ] as const) {
    const { rate, p99, retransmissions } = await climb(start, 'SHA-256');
    console.log(
      `${name}, SHA-256: none failed at ${rate} registrations/s for ${LADDER_SECONDS} s` +
        ` (p99 ${p99.toFixed(1)} ms, ${retransmissions} retransmissions; goal ≥ 3,000)`,
    );
  }
}
