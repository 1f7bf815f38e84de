/**
 * Call set-up side by side: a bare back-to-back user agent on our stack and Kamailio as a stateful,
 * record-routing proxy with one worker, which does less (no second dialog, no bodies read).
 *
 * A B A B …, five pairs: CPU microseconds a call (INVITE, 180, 200, ACK, BYE, 200 on both sides)
 * at a rate both carry. Then the highest rate of a ladder at which no call fails. SIPp places and
 * takes the calls from another core.
 */
import { freePort } from '../../harness/ports.ts';
import { startProcess } from '../../harness/processes.ts';
import { needs } from '../../peers/available.ts';
import { onCore } from './load/core.ts';
import { cpuMicros } from './load/cpu.ts';
import { startKamailioProxy } from './load/kamailio-proxy.ts';
import { NODE_FLAGS } from './load/node-flags.ts';
import { median, ratioText } from './load/ratio.ts';
import { placeCalls, startAnswering } from './load/sipp-load.ts';

const PAIRS = 5;
const RATE = 400;
/** V8 goes on compiling what runs hot for the first thousands of calls. */
const WARM_UP = 3_000;
const WARM_UP_RATE = 600;
const CALLS = 1_000;
const LADDER = [800, 1_200, 1_500, 1_800];
const LADDER_SECONDS = 4;

interface Candidate {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}
type Start = () => Promise<Candidate>;

const suite = needs('call set-up', 'kamailio', 'sipp');
if (suite.skip) {
  console.log(suite.name);
} else {
  const answering = await startAnswering();
  const target = `127.0.0.1:${answering.port}`;

  const ours: Start = async () => {
    const port = await freePort();
    const program = new URL('./load/b2bua.ts', import.meta.url).pathname;
    const running = await startProcess({
      name: 'b2bua',
      ...onCore('measured', process.execPath, [...NODE_FLAGS, program, String(port), target]),
      ready: /^ready$/,
    });
    return { port, pid: running.pid, stop: async () => void (await running.stop()) };
  };
  const theirs: Start = async () => {
    const { port, running, remove } = await startKamailioProxy(target);
    const stop = async () => {
      await running.stop();
      await remove();
    };
    return { port, pid: running.pid, stop };
  };

  /** CPU microseconds a call; the first calls, in which code is compiled, do not count. */
  const measure = async (start: Start): Promise<number> => {
    const candidate = await start();
    const remote = `127.0.0.1:${candidate.port}`;
    await placeCalls({ remote, rate: WARM_UP_RATE, calls: WARM_UP });
    const before = cpuMicros(candidate.pid);
    const result = await placeCalls({ remote, rate: RATE, calls: CALLS });
    const micros = (cpuMicros(candidate.pid) - before) / result.successful;
    await candidate.stop();
    if (result.failed > 0) console.log(`  ${result.failed} calls failed at ${RATE} a second`);
    return micros;
  };

  const climb = async (start: Start) => {
    const candidate = await start();
    let best = { rate: 0, retransmissions: 0, p99Below: Number.NaN };
    const remote = `127.0.0.1:${candidate.port}`;
    await placeCalls({ remote, rate: WARM_UP_RATE, calls: WARM_UP });
    for (const rate of LADDER) {
      const result = await placeCalls({ remote, rate, calls: rate * LADDER_SECONDS });
      if (result.failed > 0) break;
      const { retransmissions, p99Below } = result;
      best = { rate, retransmissions, p99Below };
    }
    await candidate.stop();
    return best;
  };

  const a: number[] = [];
  const b: number[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    a.push(await measure(ours));
    b.push(await measure(theirs));
  }
  console.log(`CPU a call at ${RATE} calls/s, ${PAIRS} ABAB pairs`);
  console.log(
    `b2bua ${median(a).toFixed(0)} µs, kamailio ${median(b).toFixed(0)} µs, ratio ${ratioText(a, b)}` +
      ' (goal ≤ 1.2, stretch 0.75)',
  );
  for (const [name, start] of [
    ['b2bua', ours],
    ['kamailio', theirs],
  ] as const) {
    const { rate, retransmissions, p99Below } = await climb(start);
    console.log(
      `${name}: no call failed at ${rate} calls/s for ${LADDER_SECONDS} s` +
        ` (${retransmissions} retransmissions, answered within ${p99Below} ms at p99; goal ≥ 1,200)`,
    );
  }
  await answering.running.stop();
}
