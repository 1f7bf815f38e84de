/**
 * RTP passed through, side by side with rtpengine (userspace, one media thread): CPU of the engine
 * for each packet, plain on both sides, and SRTP on one of them (so a packet is opened in one
 * direction and protected in the other).
 *
 * Both engines carry the same calls at once and are sent to in turns (A B A B …) by a generator on
 * the other core; the figure is the median of the pairwise ratios.
 *
 * Run: `node packages/media/bench/relay.ts [--json] [--calls=N] [--pairs=N]`
 */
import process from 'node:process';
import {
  doubtAbout,
  Load,
  measurePairs,
  spread,
  srtpKey,
  startOurs,
  startTheirs,
} from './support/load.ts';
import type { EndFormat } from './support/protocol.ts';

const argument = (name: string, fallback: number) =>
  Number(process.argv.find((a) => a.startsWith(`--${name}=`))?.split('=')[1] ?? fallback);
const CALLS = argument('calls', 100);
const PAIRS = argument('pairs', 5);
const LIMIT = 1.2;

const plain: EndFormat = { codec: 'PCMA', payloadType: 8 };
const protectedEnd = (): EndFormat => ({ ...plain, srtpKey: srtpKey() });
const rows = [];
for (const [name, a] of [
  ['plain', plain],
  ['srtp', protectedEnd()],
] as const) {
  const load = await Load.open(CALLS, a, plain);
  const ours = await startOurs(load.ports, a, plain);
  const theirs = await startTheirs(load.ports, a, plain);
  const result = await measurePairs(load, ours, theirs, {
    pairs: PAIRS,
    settleMs: 1000,
    measureMs: 4000,
  });
  await theirs?.close();
  await ours.close();
  load.close();
  const cpu = (slices: typeof result.ours) => slices.map(({ cpuMicros }) => cpuMicros);
  rows.push({
    name,
    packetsPerSecond: CALLS * 100,
    oursMicros: spread(cpu(result.ours)),
    theirsMicros: theirs === undefined ? null : spread(cpu(result.theirs)),
    ratio:
      theirs === undefined
        ? null
        : spread(cpu(result.ours).map((micros, i) => micros / (result.theirs[i]?.cpuMicros ?? 1))),
    oursLost: Math.max(...result.ours.map(({ lost }) => lost)),
    theirsLost: Math.max(0, ...result.theirs.map(({ lost }) => lost)),
    doubt: doubtAbout(result) ?? null,
    oursP99Ms: spread(result.ours.map(({ delayMs }) => delayMs.p99)),
    theirsP99Ms: theirs === undefined ? null : spread(result.theirs.map((s) => s.delayMs.p99)),
  });
}

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ bench: 'media-relay', calls: CALLS, pairs: PAIRS, rows }));
} else {
  console.log(
    `RTP pass-through, ${CALLS} calls, ${PAIRS} ABAB pairs, CPU of the engine per packet`,
  );
  for (const row of rows) {
    console.log(
      `${row.name.padEnd(6)} ours      ${row.oursMicros} µs, p99 delay ${row.oursP99Ms} ms, lost ${(100 * row.oursLost).toFixed(3)} %`,
    );
    if (row.ratio === null) {
      console.log('       rtpengine is not installed: nothing to compare with');
      continue;
    }
    console.log(
      `       rtpengine ${row.theirsMicros} µs, p99 delay ${row.theirsP99Ms} ms, lost ${(100 * row.theirsLost).toFixed(3)} %`,
    );
    console.log(`       ratio     ${row.ratio} (goal at most ${LIMIT})`);
    if (row.doubt !== null) console.log(`       ${row.doubt}`);
  }
}
