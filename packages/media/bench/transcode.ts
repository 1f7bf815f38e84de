/**
 * Opus ⇄ G.711 in both directions, side by side with rtpengine (libopus through libavcodec): CPU for
 * each packet taken in (mean of both directions), calls a core carries, and the delay either adds at
 * half of our own load.
 *
 * The settings are equal: one channel, 24 kbit/s, complexity 10, tuned to audio, no forward error
 * correction. rtpengine 10.5 passes no others on to its encoder (`opus_set_enc_options` knows the
 * frame length alone, libavcodec's defaults are those) and counts channels by the rtpmap; what both
 * put out is told by the octets and the first of each packet (RFC 6716 §3.1). rtpengine always works
 * at 48 kHz and resamples; our engine runs Opus at 8 kHz towards G.711, for there is nothing above
 * 4 kHz to carry. Our own defaults (complexity 5, tuned to voice, with error correction) are measured
 * beside it.
 *
 * Run: `node packages/media/bench/transcode.ts [--json] [--calls=N] [--pairs=N]`
 */
import process from 'node:process';
import {
  type Candidate,
  doubtAbout,
  Load,
  measurePairs,
  median,
  spread,
  startOurs,
  startTheirs,
} from './support/load.ts';
import type { EndFormat } from './support/protocol.ts';

const argument = (name: string, fallback: number) =>
  Number(process.argv.find((a) => a.startsWith(`--${name}=`))?.split('=')[1] ?? fallback);
/** About a third of a core: at a few calls the fixed cost of a process counts as that of its packets. */
const CALLS = argument('calls', 24);
const PAIRS = argument('pairs', 5);
const BITRATE = 24_000;
/** What rtpengine's encoder is fixed to. */
const EQUAL = { bitrate: BITRATE, complexity: 10, application: 'audio', fec: false } as const;
const GOAL = 1.5;
const MAX_DELAY_MS = 5;
/** As rtpengine's ng protocol writes it: name, clock, channels, bit rate. */
const OPUS = `opus/48000/1/${BITRATE}`;
/** Both directions send 50 packets a second. */
const PACKETS_PER_CALL = 100;

const a: EndFormat = { codec: 'PCMA', payloadType: 8 };
const b: EndFormat = { codec: 'opus', payloadType: 96 };

const load = await Load.open(CALLS, a, b);
const ours = await startOurs(load.ports, a, b, EQUAL);
const theirs = await startTheirs(load.ports, a, b, OPUS);
const result = await measurePairs(load, ours, theirs, {
  pairs: PAIRS,
  settleMs: 2000,
  measureMs: 5000,
});
await theirs?.close();
await ours.close();
const usual = await startOurs(load.ports, a, b);
const asUsual = await load.measure(usual, 2000, 5000);
await usual.close();
load.close();

const micros = result.ours.map(({ cpuMicros }) => cpuMicros);
const theirMicros = result.theirs.map(({ cpuMicros }) => cpuMicros);
const callsPerCore = (cpuMicros: number) => 1e6 / (cpuMicros * PACKETS_PER_CALL);
const half = Math.max(1, Math.floor(callsPerCore(median(micros)) / 2));
const halfLoad = await Load.open(half, a, b);
const loaded: Candidate = await startOurs(halfLoad.ports, a, b, EQUAL);
const atHalf = [];
for (let i = 0; i < 3; i++) atHalf.push(await halfLoad.measure(loaded, 2000, 5000));
await loaded.close();
halfLoad.close();

const summary = {
  bench: 'media-transcode',
  calls: CALLS,
  pairs: PAIRS,
  bitrate: BITRATE,
  settings: EQUAL,
  oursMicros: spread(micros, 1),
  oursCallsPerCore: Number(callsPerCore(median(micros)).toFixed(1)),
  theirsMicros: theirs === undefined ? null : spread(theirMicros, 1),
  theirsCallsPerCore:
    theirs === undefined ? null : Number(callsPerCore(median(theirMicros)).toFixed(1)),
  ratio:
    theirs === undefined ? null : spread(theirMicros.map((each, i) => each / (micros[i] ?? 1))),
  doubt: doubtAbout(result) ?? null,
  halfLoadCalls: half,
  halfLoadP50Ms: spread(atHalf.map(({ delayMs }) => delayMs.p50)),
  opus: { ours: result.ours[0]?.opus ?? null, theirs: result.theirs[0]?.opus ?? null },
  usualMicros: asUsual.cpuMicros,
  usualCallsPerCore: Number(callsPerCore(asUsual.cpuMicros).toFixed(1)),
  halfLoadP99Ms: spread(atHalf.map(({ delayMs }) => delayMs.p99)),
};
if (process.argv.includes('--json')) {
  console.log(JSON.stringify(summary));
} else {
  console.log(
    `Opus ⇄ PCMA, ${CALLS} calls, ${PAIRS} ABAB pairs, ${BITRATE / 1000} kbit/s, complexity ${EQUAL.complexity}, mono, no FEC`,
  );
  console.log(
    `ours      ${summary.oursMicros} µs a packet = ${summary.oursCallsPerCore} calls a core`,
  );
  if (theirs === undefined) {
    console.log('rtpengine is not installed: nothing to compare with');
  } else {
    console.log(
      `rtpengine ${summary.theirsMicros} µs a packet = ${summary.theirsCallsPerCore} calls a core`,
    );
    console.log(`ratio     ${summary.ratio} calls a core (goal at least ${GOAL})`);
  }
  for (const [name, sample] of Object.entries(summary.opus)) {
    if (sample === null) continue;
    const { meanLength, configuration, stereo } = sample;
    console.log(
      `packets   ${name}: ${meanLength.toFixed(1)} octets, configuration ${configuration}, ${100 * stereo} % stereo`,
    );
  }
  console.log(
    `usual     ${summary.usualMicros.toFixed(1)} µs a packet = ${summary.usualCallsPerCore} calls a core with our defaults`,
  );
  if (summary.doubt !== null) console.log(summary.doubt);
  console.log(
    `at half load (${half} calls) delay p50 ${summary.halfLoadP50Ms} ms, ` +
      `p99 ${summary.halfLoadP99Ms} ms (goal below ${MAX_DELAY_MS})`,
  );
}
