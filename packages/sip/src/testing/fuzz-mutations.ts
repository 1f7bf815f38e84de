/** Random numbers from a seed (mulberry32): the same seed gives the same run on every machine. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Random = (below: number) => number;
type Mutation = (input: Buffer, random: Random, seeds: readonly Buffer[]) => Buffer;

/** Longest input: a UDP datagram. */
const MAX_LENGTH = 65_507;
const MAX_CHANGES = 4;

/** What parsers trip over: delimiters, escapes, ends, numbers at the edges. */
const TOKENS = [
  ...'\r|\n|\r\n|\r\n\r\n|\r\n |\r\n\t|;|;;|,|,,|"|\\|\\"|<|>|<>|@|@@|%|%00|%zz|:|::|[|]|[::|[::1]|?|&|='.split(
    '|',
  ),
  ...'\0|*|/|//|SIP/2.0|sip:|sips:|tel:|;lr|;tag=|;tag=|;branch=z9hG4bK|;branch=|z9hG4bK|-1|0|00000000'.split(
    '|',
  ),
  ...'2147483647|2147483648|4294967295|4294967296|9007199254740993|1e9|0x10|+1|65536'.split('|'),
  ...'Content-Length: 0\r\n|l: 99999\r\n|Via: |a=|m=|m=audio 0 RTP/AVP|a=rtpmap:|c=IN IP4 |inline:|2^99|1:4'.split(
    '|',
  ),
  ...'Digest |nonce=|qop="auth,auth-int"|stale=true|(((((|)))))|ä|\u{1f4de}|\u2028'.split('|'),
].map((token) => Buffer.from(token));

const MUTATIONS: readonly Mutation[] = [
  // A bit of one octet.
  (input, random) => {
    const out = Buffer.from(input);
    const i = random(out.length);
    out[i] = (out[i] ?? 0) ^ (1 << random(8));
    return out;
  },
  // Any octet.
  (input, random) => {
    const out = Buffer.from(input);
    out[random(out.length)] = random(256);
    return out;
  },
  // A piece taken away, or the end.
  (input, random) => {
    const i = random(input.length);
    return splice(input, i, random(4) === 0 ? input.length : 1 + random(40), []);
  },
  // A piece said twice.
  (input, random) => {
    const i = random(input.length);
    return splice(input, i, 0, [input.subarray(i, i + 1 + random(80))]);
  },
  // A piece of another message.
  (input, random, seeds) => {
    const other = seeds[random(seeds.length)] ?? input;
    const from = random(other.length);
    return splice(input, random(input.length), random(60), [
      other.subarray(from, from + 1 + random(200)),
    ]);
  },
  // Something parsers trip over.
  (input, random) =>
    splice(input, random(input.length), random(3), [TOKENS[random(TOKENS.length)] ?? input]),
  // A number that is another.
  (input, random) => {
    const numbers = [...input.toString('latin1').matchAll(/\d+/g)];
    const chosen = numbers[random(numbers.length)];
    if (chosen === undefined) return input;
    const lie = ['0', '1', '-1', '255', '65536', '2147483648', '99999999999999999999'][random(7)];
    return splice(input, chosen.index, chosen[0].length, [Buffer.from(lie ?? '0')]);
  },
  // A line again, up to thousands of times.
  (input, random) => {
    const line = lineAt(input, random(input.length));
    const times = 1 << random(13);
    return splice(input, line.start, 0, repeated(input.subarray(line.start, line.end), times));
  },
  // Two lines in each other's place.
  (input, random) => {
    const [a, b] = [lineAt(input, random(input.length)), lineAt(input, random(input.length))];
    if (a.end > b.start) return input;
    return Buffer.concat([
      input.subarray(0, a.start),
      input.subarray(b.start, b.end),
      input.subarray(a.end, b.start),
      input.subarray(a.start, a.end),
      input.subarray(b.end),
    ]);
  },
  // A token thousands of times: lists, parameters, nesting, white space.
  (input, random) => {
    const token = random(3) === 0 ? Buffer.from(' ') : (TOKENS[random(TOKENS.length)] ?? input);
    return splice(input, random(input.length), 0, repeated(token, 1 << random(15)));
  },
];

/** One of the seeds with one to four changes, at most as long as a datagram. */
export function mutated(seeds: readonly Buffer[], random: Random): Buffer {
  let out = seeds[random(seeds.length)] ?? Buffer.alloc(1);
  for (let changes = 1 + random(MAX_CHANGES); changes > 0; changes--) {
    if (out.length === 0) break;
    out = MUTATIONS[random(MUTATIONS.length)]?.(out, random, seeds) ?? out;
  }
  return out.length > MAX_LENGTH ? out.subarray(0, MAX_LENGTH) : out;
}

function splice(input: Buffer, at: number, drop: number, insert: readonly Uint8Array[]): Buffer {
  return Buffer.concat([input.subarray(0, at), ...insert, input.subarray(at + drop)]);
}

function repeated(piece: Uint8Array, times: number): Uint8Array[] {
  const fitting = Math.min(times, Math.ceil(MAX_LENGTH / Math.max(1, piece.length)));
  return Array.from({ length: fitting }, () => piece);
}

function lineAt(input: Buffer, at: number): { start: number; end: number } {
  const start = input.lastIndexOf(10, at) + 1;
  const next = input.indexOf(10, at);
  return { start: Math.min(start, input.length), end: next < 0 ? input.length : next + 1 };
}
