/**
 * Ten minutes of 2,000 hostile messages a second against a guarded endpoint with the timers it has in
 * service, while its PBX makes 25 calls a second.
 *
 * Run: `npm run soak hostile-flood`, or `node e2e/sip/soak/hostile-flood.ts [minutes] [rate]`
 */
import { floodWhileCalling } from '../hostile/scene.ts';

const minutes = Number(process.argv[2] ?? 10);
const rate = Number(process.argv[3] ?? 2_000);
const HEAP_SLACK = 5e6;

const { flood, calls, failures, reports, after, pardoned } = await floodWhileCalling({
  rate,
  seconds: minutes * 60,
  calls: 25,
  t1: 500,
  penaltyMs: 60_000,
  settleSeconds: 45,
});
const heaps = reports.map(({ heap }) => heap);
const grown = Math.max(...heaps) - (heaps[0] ?? 0);
console.log(`hostile: ${flood.sent} datagrams, ${JSON.stringify(flood.byName)}`);
console.log(
  `answers ${JSON.stringify(flood.answers)}, at most ${flood.mostAnswers} a request; ` +
    `${flood.bytesOut} bytes in, ${flood.bytesBack} back, ${flood.amplified} amplified`,
);
console.log(
  `calls: ${calls.complete} of ${calls.placed}, called back: ${after.outgoing.complete} of ` +
    `${after.outgoing.placed}; ${failures.join(', ') || 'no failure'}`,
);
console.log(`door: ${JSON.stringify(after.gate)}, after the penalty: ${pardoned}`);
console.log(`heap: ${heaps.map((bytes) => (bytes / 1e6).toFixed(1)).join(' → ')} MB`);
const failed =
  calls.complete < calls.placed * 0.999 ||
  after.outgoing.complete < after.outgoing.placed * 0.999 ||
  flood.amplified > 0 ||
  flood.mostAnswers > 1 ||
  grown > HEAP_SLACK;
console.log(failed ? 'FAILED' : 'passed');
process.exitCode = failed ? 1 : 0;
