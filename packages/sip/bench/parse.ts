/**
 * Parse + serialise of one INVITE, side by side with the npm packages `sip`, `jssip` and `sip.js`.
 *
 * Both sides of a pair run in one process in turns (A B A B …); the figure is the median of the
 * pairwise ratios of CPU time, which other work on the machine disturbs less than wall time. Two rows for our stack: `parse` reads the framing and keeps values raw (what a
 * forwarded message costs), `parse + validate` also checks every header a user agent needs.
 *
 * Run: `node packages/sip/bench/parse.ts [--json]`
 */
import { createRequire } from 'node:module';
import { parseMessage } from '../src/message/parse.ts';
import { serializeMessage } from '../src/message/serialize.ts';
import { validate } from '../src/message/validate.ts';
import { inviteSample } from '../src/testing/invite-sample.ts';

const require = createRequire(import.meta.url);
const PAIRS = 7;
const SLICE_MS = 250;

const text = inviteSample();
const bytes = Buffer.from(text);

interface SipModule {
  parse(data: string): object;
  stringify(message: object): string;
}
const sip = require('sip') as SipModule;

// JsSIP's parser is reached by path because the package exports its user agent only.
const jssipParser = require('jssip/lib/Parser.js') as {
  parseMessage(data: string, ua: object): { toString(): string } | undefined;
};
const sipJs = (await import('sip.js/lib/core/index.js')) as {
  Parser: { parseMessage(data: string, logger: object): { toString(): string } | undefined };
};
const silent = { error() {}, warn() {}, log() {}, debug() {} };

/** JsSIP and SIP.js keep the received text and give that back, so their serialising costs nothing. */
const peers: Record<string, () => number> = {
  sip: () => sip.stringify(sip.parse(text)).length,
  jssip: () => (jssipParser.parseMessage(text, {})?.toString() ?? fail('jssip')).length,
  'sip.js': () => (sipJs.Parser.parseMessage(text, silent)?.toString() ?? fail('sip.js')).length,
};

const ours: Record<string, () => number> = {
  parse: () => serializeMessage(parseMessage(bytes)).byteLength,
  'parse + validate': () => {
    const message = parseMessage(bytes);
    validate(message);
    return serializeMessage(message).byteLength;
  },
};

function fail(who: string): never {
  throw new Error(`${who} refused the sample`);
}

/** CPU microseconds a message, over a slice of at least `ms` of wall time. */
function measure(work: () => number, ms: number): number {
  let count = 0;
  let sink = 0;
  const end = performance.now() + ms;
  const before = process.cpuUsage();
  while (performance.now() < end) {
    for (let i = 0; i < 50; i++) sink += work();
    count += 50;
  }
  if (sink <= 0) throw new Error('nothing was serialised');
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

const rows = [];
for (const [mine, ourWork] of Object.entries(ours)) {
  for (const [peer, peerWork] of Object.entries(peers)) {
    measure(ourWork, SLICE_MS);
    measure(peerWork, SLICE_MS);
    const a: number[] = [];
    const b: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      a.push(measure(ourWork, SLICE_MS));
      b.push(measure(peerWork, SLICE_MS));
    }
    const ratios = a.map((ourTime, i) => (b[i] as number) / ourTime);
    rows.push({
      ours: mine,
      peer,
      oursMicros: Number(median(a).toFixed(2)),
      peerMicros: Number(median(b).toFixed(2)),
      ratio: Number(median(ratios).toFixed(1)),
      lowest: Number(Math.min(...ratios).toFixed(1)),
      highest: Number(Math.max(...ratios).toFixed(1)),
    });
  }
}

if (process.argv.includes('--json')) {
  console.log(
    JSON.stringify({ bench: 'sip-parse', messageBytes: bytes.length, pairs: PAIRS, rows }),
  );
} else {
  console.log(`SIP parse + serialise, INVITE of ${bytes.length} bytes, ${PAIRS} ABAB pairs`);
  for (const r of rows) {
    console.log(
      `${r.ours.padEnd(17)} ${String(r.oursMicros).padStart(6)} µs   ${r.peer.padEnd(7)}` +
        `${String(r.peerMicros).padStart(8)} µs   ${r.ratio}× (${r.lowest} … ${r.highest})`,
    );
  }
}
