import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import { freePort } from '../../harness/ports.ts';
import { type RunningProcess, startProcess } from '../../harness/processes.ts';
import { waitFor } from '../../harness/wait-for.ts';
import type { FloodReport } from './flood.ts';
import type { TargetReport } from './target.ts';

/** Where the PBX calls from, and one of the addresses the attackers use. */
const PBX = '127.0.0.2';
const ATTACKER = '127.0.0.10';

const SDP =
  'v=0\r\no=- 2 2 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\nm=audio 40002 RTP/AVP 8\r\n';

export interface SceneOptions {
  /** Hostile datagrams a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Calls a second from the PBX; every second one makes the target call back. */
  readonly calls: number;
  /** T1 of the target in milliseconds: what it remembers of a call is forgotten after 64 of them. */
  readonly t1: number;
  readonly penaltyMs: number;
  /** Seconds until memory is in balance. */
  readonly settleSeconds: number;
  /** Makes the flood; `TRUNKLINE_FLOOD_SEED` if left out, else one of its own. */
  readonly seed?: number;
}

export interface SceneResult {
  readonly flood: FloodReport;
  /** Calls of the PBX, and those that were answered and ended in order. */
  readonly calls: { readonly placed: number; readonly complete: number };
  /** What failed, in words, the first few. */
  readonly failures: readonly string[];
  /** After settling, and at the end of each third of what is left. */
  readonly reports: readonly TargetReport[];
  /** The end: calls are over, transactions forgotten. */
  readonly after: TargetReport;
  /** Status a source that had been shut out got once its penalty was over. */
  readonly pardoned: number;
}

/** Attacks a guarded endpoint while its PBX makes calls, and tells what became of both. */
export async function floodWhileCalling(o: SceneOptions): Promise<SceneResult> {
  const seed = o.seed ?? seedFrom(process.env.TRUNKLINE_FLOOD_SEED);
  console.log(`flood seed ${seed}: TRUNKLINE_FLOOD_SEED=${seed} sends it again`);
  const pbx = await SipEndpoint.listen({
    listeners: [{ transport: 'udp', bindAddress: PBX, port: 0 }],
    userAgent: 'pbx',
  });
  const port = await freePort();
  await using target = await startProcess({
    name: 'target',
    command: process.execPath,
    args: [
      ...['--expose-gc', new URL('./target.ts', import.meta.url).pathname, String(port)],
      ...[PBX, String(pbx.localPort), String(o.t1), String(o.penaltyMs)],
    ],
    input: true,
    ready: /^ready$/,
  });
  try {
    // What is made once, such as compiled code, is no leak.
    const calls = new Calls(pbx, port);
    for (let i = 0; i < 20; i += 1) calls.place();
    await calls.over();
    await using flood = await startProcess({
      name: 'flood',
      command: process.execPath,
      args: [
        ...[new URL('./flood.ts', import.meta.url).pathname, String(port), PBX],
        ...[String(o.rate), String(o.seconds), String(seed)],
      ],
    });
    const ended = flood.waitForLine(/^\{/, (o.seconds + 60) * 1_000);
    const reports = await watch(o, target, calls);
    const report = JSON.parse(await ended) as FloodReport;
    await calls.over();
    const after = await waitFor(
      'everything to be forgotten',
      async () => {
        const now = await ask(target);
        return now.calls === 0 && now.transactions === 0 && now;
      },
      { timeoutMs: 64 * o.t1 + 20_000, intervalMs: 500 },
    );
    const pardoned = await knockUntilAnswered(port, o.penaltyMs);
    const { placed, complete, failures } = calls;
    return { flood: report, calls: { placed, complete }, failures, reports, after, pardoned };
  } finally {
    await pbx.close();
  }
}

/** @throws Error when the text is no seed */
function seedFrom(text: string | undefined): number {
  if (text === undefined || text === '') return Date.now() >>> 0;
  if (!/^\d{1,10}$/.test(text) || Number(text) > 0xffff_ffff)
    throw new Error(`TRUNKLINE_FLOOD_SEED is ${text}, not a whole number below 2^32`);
  return Number(text);
}

/** Calls at a steady rate, and looks at the target after settling and at the end of each third. */
async function watch(o: SceneOptions, target: RunningProcess, calls: Calls) {
  const beginning = performance.now();
  const third = (o.seconds - o.settleSeconds) / 3;
  const reports: TargetReport[] = [];
  let placed = 0;
  for (let look = 0; look <= 3; look += 1) {
    const until = (o.settleSeconds + look * third) * 1_000;
    await waitFor(
      'the next look',
      () => {
        const elapsed = performance.now() - beginning;
        for (; placed < (Math.min(elapsed, until) / 1_000) * o.calls; placed += 1) calls.place();
        return elapsed >= until;
      },
      { timeoutMs: until + 60_000, intervalMs: 10 },
    );
    reports.push(await ask(target));
  }
  return reports;
}

/** The PBX's calls: each is answered by the target and ended by the PBX. */
class Calls {
  placed = 0;
  complete = 0;
  readonly failures: string[] = [];
  private readonly pbx: SipEndpoint;
  private readonly port: number;

  constructor(pbx: SipEndpoint, port: number) {
    this.pbx = pbx;
    this.port = port;
    pbx.onInvite((call) => {
      call.answer(SDP);
      call.on('confirmed', () => void call.bye());
    });
  }

  place(): void {
    this.placed += 1;
    const user = this.placed % 2 === 0 ? 'back' : 'desk';
    const call = this.pbx.invite({
      requestUri: `sip:${user}@127.0.0.1:${this.port}`,
      to: `sip:${user}@127.0.0.1`,
      from: `sip:caller@${PBX}`,
      contactUser: 'caller',
      body: SDP,
    });
    call.on('failed', ({ statusCode, cause }) => this.note(`${statusCode} ${cause}`));
    call.on('answered', (response) => {
      if (!response.bodyText.includes('PCMA/8000')) this.note('answered without its description');
      else this.complete += 1;
      void call.bye();
    });
    call.on('ended', ({ by }) => {
      if (by !== 'local') this.note(`ended by ${by}`);
    });
  }

  over(): Promise<true> {
    return waitFor('the calls to end', () => this.pbx.callCount === 0, { timeoutMs: 60_000 });
  }

  private note(failure: string): void {
    if (this.failures.length < 20) this.failures.push(failure);
  }
}

async function ask(target: RunningProcess): Promise<TargetReport> {
  const line = new Promise<string>((resolve) => {
    const stop = target.onLine((text) => {
      if (!text.startsWith('{')) return;
      stop();
      resolve(text);
    });
  });
  target.write('report');
  return JSON.parse(await line) as TargetReport;
}

/** Asks politely from an address that took part in the attack, until it is listened to again. */
async function knockUntilAnswered(port: number, penaltyMs: number): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, ATTACKER);
  await once(socket, 'listening');
  let status = 0;
  let knocks = 0;
  socket.on('message', (bytes) => {
    status = Number(/^SIP\/2\.0 (\d{3})/.exec(bytes.toString('latin1'))?.[1]);
  });
  try {
    return await waitFor(
      'an answer after the penalty',
      () => {
        knocks += 1;
        const lines = [
          `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
          `Via: SIP/2.0/UDP ${ATTACKER}:${socket.address().port};branch=z9hG4bKknock${knocks};rport`,
          `From: <sip:x@${ATTACKER}>;tag=${knocks}`,
          'To: <sip:127.0.0.1>',
          `Call-ID: knock${knocks}`,
          'CSeq: 1 OPTIONS',
          'Max-Forwards: 70',
          'User-Agent: polite',
          'Content-Length: 0\r\n\r\n',
        ];
        socket.send(lines.join('\r\n'), port, '127.0.0.1');
        return status;
      },
      { timeoutMs: penaltyMs + 20_000, intervalMs: 1_000 },
    );
  } finally {
    socket.close();
  }
}
