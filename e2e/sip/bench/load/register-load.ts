/**
 * Registers users at a fixed rate (open loop): a REGISTER, its challenge, and the REGISTER with
 * credentials. What is not answered within half a second is sent again, as phones do.
 *
 * Arguments: port, rate a second, how many, algorithm, realm, password. Prints a `LoadResult` as JSON.
 */
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';

/** How a run went. Times are from the first REGISTER to its 200 (RFC 6076 §4.1), milliseconds. */
export interface RegisterResult {
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  readonly p50: number;
  readonly p99: number;
}

interface Pending {
  readonly startedAt: number;
  sentAt: number;
  message: Buffer;
  step: 1 | 2;
}

const RETRANSMIT_MS = 500;
const GIVE_UP_MS = 8_000;
const TICK_MS = 4;

const [portText, rateText, countText, algorithm = '', realm = '', password = ''] =
  process.argv.slice(2);
const port = Number(portText);
const rate = Number(rateText);
const count = Number(countText);

const hash = (text: string) =>
  createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text)
    .digest('hex');

const socket = createSocket({
  type: 'udp4',
  lookup: (address, _options, done) => done(null, address, 4),
});
await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', () => bound()));
socket.setRecvBufferSize(4_194_304);
const own = `127.0.0.1:${socket.address().port}`;
const run = process.pid.toString(36);
const uri = `sip:127.0.0.1:${port}`;

/** A1 and A2 do not change within a run, so the generator has them at hand. */
const ha2 = hash(`REGISTER:${uri}`);
const ha1s = Array.from({ length: count }, (_, i) => hash(`u${i}:${realm}:${password}`));

function register(index: number, step: 1 | 2, authorization = ''): Buffer {
  return Buffer.from(
    [
      `REGISTER ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${own};branch=z9hG4bK${run}.${index}.${step};rport`,
      'Max-Forwards: 70',
      `From: <sip:u${index}@127.0.0.1>;tag=${run}${index}`,
      `To: <sip:u${index}@127.0.0.1>`,
      `Call-ID: ${run}-${index}`,
      `CSeq: ${step} REGISTER`,
      `Contact: <sip:u${index}@${own}>`,
      'Expires: 3600',
      'User-Agent: load',
      ...(authorization === '' ? [] : [`Authorization: ${authorization}`]),
      'Content-Length: 0\r\n\r\n',
    ].join('\r\n'),
  );
}

function credentials(index: number, challenge: string): string {
  const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? '';
  const cnonce = index.toString(16).padStart(8, '0');
  const response = hash(`${ha1s[index]}:${nonce}:00000001:${cnonce}:auth:${ha2}`);
  return (
    `Digest username="u${index}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `response="${response}", algorithm=${algorithm}, qop=auth, nc=00000001, cnonce="${cnonce}"`
  );
}

const pending = new Map<number, Pending>();
const times: number[] = [];
let started = 0;
let failed = 0;
let retransmissions = 0;

socket.on('message', (bytes) => {
  const text = bytes.toString('latin1');
  const index = Number(/;branch=z9hG4bK\w+\.(\d+)\./.exec(text)?.[1]);
  const step = Number(/^CSeq: (\d)/im.exec(text)?.[1]);
  const one = pending.get(index);
  // Repeats of an answer that was taken are no news.
  if (one === undefined || one.step !== step) return;
  if (text.startsWith('SIP/2.0 200')) {
    times.push(performance.now() - one.startedAt);
    pending.delete(index);
    return;
  }
  const challenge = /^WWW-Authenticate: (.*)$/im.exec(text)?.[1];
  if (one.step === 2 || challenge === undefined) {
    failed += 1;
    pending.delete(index);
    return;
  }
  one.step = 2;
  one.message = register(index, 2, credentials(index, challenge));
  one.sentAt = performance.now();
  socket.send(one.message, port, '127.0.0.1');
});

const beginning = performance.now();
const ticking = setInterval(() => {
  const now = performance.now();
  const due = Math.min(count, Math.floor(((now - beginning) / 1_000) * rate));
  while (started < due) {
    const message = register(started, 1);
    pending.set(started, { startedAt: now, sentAt: now, message, step: 1 });
    socket.send(message, port, '127.0.0.1');
    started += 1;
  }
  if (started === count && pending.size === 0) finish();
}, TICK_MS);
const repeating = setInterval(() => {
  const now = performance.now();
  for (const [index, one] of pending) {
    if (now - one.startedAt > GIVE_UP_MS) {
      failed += 1;
      pending.delete(index);
    } else if (now - one.sentAt > RETRANSMIT_MS) {
      retransmissions += 1;
      one.sentAt = now;
      socket.send(one.message, port, '127.0.0.1');
    }
  }
}, RETRANSMIT_MS / 5);

function finish(): void {
  clearInterval(ticking);
  clearInterval(repeating);
  socket.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
  const result: RegisterResult = {
    successful: times.length,
    failed,
    retransmissions,
    p50: at(0.5),
    p99: at(0.99),
  };
  console.log(JSON.stringify(result));
}
