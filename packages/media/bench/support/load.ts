/** Runs the two engines of a media bench under the same load and reads what each used of its core. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import {
  type Rtpengine,
  rtpengineAvailable,
  startRtpengine,
} from '../../../../e2e/peers/rtpengine/rtpengine.ts';
import type { EngineSettings, RtpRemote, SrtpKeys } from '../../src/engine.ts';
import { startForkedEngine } from '../../src/node/forked-engine.ts';
import { NgClient } from '../../src/node/rtpengine/ng-client.ts';
import type {
  CallEnds,
  EndFormat,
  FromGenerator,
  GeneratorReport,
  ToGenerator,
} from './protocol.ts';

const SUITE = 'AES_CM_128_HMAC_SHA1_80';
/** `/proc/PID/stat` counts CPU in these, ms. */
const CLOCK_TICK_MS = 10;
/** Of Opus against RFC 7587 §7: by the channels written here rtpengine chooses those it encodes. */
const RTPMAPS = { PCMA: 'PCMA/8000', PCMU: 'PCMU/8000', G722: 'G722/8000', opus: 'opus/48000' };

/** An engine with its calls open. */
export interface Candidate {
  name: string;
  pid: number;
  targets: CallEnds[];
  close(): Promise<void>;
}

export interface Slice extends GeneratorReport {
  /** CPU of the engine for each packet it carried, µs. */
  cpuMicros: number;
  /** Share of packets that never arrived, 0–1. */
  lost: number;
}

export class Load {
  readonly #child: ChildProcess;
  readonly ports: CallEnds[];

  private constructor(child: ChildProcess, ports: CallEnds[]) {
    this.#child = child;
    this.ports = ports;
  }

  /** Starts the generator on the last core and opens its telephones. */
  static async open(calls: number, a: EndFormat, b: EndFormat): Promise<Load> {
    const child = fork(new URL('./generator.ts', import.meta.url), { execArgv: [] });
    pin(child.pid ?? 0, availableParallelism() - 1);
    const reply = await ask(child, { kind: 'open', calls, a, b });
    if (reply.kind !== 'opened') throw new Error('the generator did not open');
    return new Load(child, reply.ports);
  }

  /** Sends to an engine: `settleMs` unmeasured, then `measureMs`. */
  async measure(candidate: Candidate, settleMs: number, measureMs: number): Promise<Slice> {
    await ask(this.#child, { kind: 'aim', targets: candidate.targets });
    await sleep(settleMs);
    await ask(this.#child, { kind: 'mark' });
    const before = cpuMs(candidate.pid);
    await sleep(measureMs);
    const cpu = cpuMs(candidate.pid) - before;
    const reply = await ask(this.#child, { kind: 'report' });
    if (reply.kind !== 'report') throw new Error('the generator did not report');
    await ask(this.#child, { kind: 'stop' });
    const { report } = reply;
    return {
      ...report,
      // What was dropped before the engine read it cost it nothing.
      cpuMicros: (1000 * cpu) / Math.max(1, Math.min(report.sent, report.received)),
      lost: Math.max(0, 1 - report.received / report.sent),
    };
  }

  close(): void {
    this.#child.disconnect();
  }
}

/** Key and salt for one direction. */
export function srtpKey(): string {
  return randomBytes(30).toString('base64');
}

/** Our engine, in one process on the first core, with a relay for each call. */
export async function startOurs(
  ports: readonly CallEnds[],
  a: EndFormat,
  b: EndFormat,
  opus: EngineSettings['opus'] = {},
): Promise<Candidate> {
  const engine = await startForkedEngine({
    announcedAddresses: ['127.0.0.1'],
    rtpPortMin: 0,
    rtpPortMax: 0,
    maxBridges: ports.length,
    silentAfterMs: 60_000,
    // As a call is after its first ten seconds.
    latchWindowMs: 100,
    opus,
  });
  const pid = engine.pid ?? 0;
  pin(pid, 0);
  const targets: CallEnds[] = [];
  for (const [i, port] of ports.entries()) {
    const bridgeId = `bench-${i}`;
    const { rtp, far } = await engine.createBridge({
      bridgeId,
      rtpAddress: '127.0.0.1',
      kind: 'relay',
    });
    await engine.setRtpRemote({ bridgeId, side: 'rtp', remote: remote(a, port.a) });
    await engine.setRtpRemote({ bridgeId, side: 'far', remote: remote(b, port.b) });
    targets.push({ a: rtp.port, b: far?.port ?? 0 });
  }
  return { name: 'trunkline', pid, targets, close: () => engine.close() };
}

function remote(end: EndFormat, port: number): RtpRemote {
  const { codec, payloadType, srtpKey: remoteKey } = end;
  const srtp: SrtpKeys | undefined =
    remoteKey === undefined ? undefined : { suite: SUITE, localKey: srtpKey(), remoteKey };
  return {
    address: '127.0.0.1',
    port,
    codec,
    payloadType,
    direction: 'sendrecv',
    ...(srtp === undefined ? {} : { srtp }),
    ...(codec === 'opus' ? { fmtp: 'useinbandfec=1' } : {}),
  };
}

/**
 * rtpengine with one media thread on the first core; undefined where it is not installed.
 * @param transcode codec to offer the second end in place of the first end's, as its ng protocol
 * writes it
 */
export async function startTheirs(
  ports: readonly CallEnds[],
  a: EndFormat,
  b: EndFormat,
  transcode?: string,
): Promise<Candidate | undefined> {
  if (!rtpengineAvailable()) return undefined;
  const daemon: Rtpengine = await startRtpengine({
    mediaPorts: 4 * ports.length + 40,
    logLevel: 6,
  });
  pin(daemon.pid, 0);
  const ng = await NgClient.open({ host: daemon.host, port: daemon.ngPort });
  const targets: CallEnds[] = [];
  for (const [i, port] of ports.entries()) {
    const call = { 'call-id': `bench-${i}`, 'from-tag': 'a' };
    const offer = await ng.request('offer', {
      ...call,
      sdp: sdpOf(a, port.a),
      ICE: 'remove',
      'transport-protocol': b.srtpKey === undefined ? 'RTP/AVP' : 'RTP/SAVP',
      ...(transcode === undefined ? {} : { codec: { mask: [a.codec], transcode: [transcode] } }),
    });
    const answer = await ng.request('answer', {
      ...call,
      'to-tag': 'b',
      sdp: sdpOf(b, port.b),
      ICE: 'remove',
    });
    targets.push({ a: portOf(answer.sdp), b: portOf(offer.sdp) });
  }
  return {
    name: 'rtpengine',
    pid: daemon.pid,
    targets,
    async close() {
      for (const i of ports.keys()) {
        await ng.request('delete', { 'call-id': `bench-${i}`, 'from-tag': 'a' });
      }
      ng.close();
      await daemon.stop();
    },
  };
}

function sdpOf({ codec, payloadType, srtpKey: key }: EndFormat, port: number): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} ${key === undefined ? 'RTP/AVP' : 'RTP/SAVP'} ${payloadType}`,
    `a=rtpmap:${payloadType} ${RTPMAPS[codec]}`,
    ...(codec === 'opus' ? [`a=fmtp:${payloadType} useinbandfec=1`] : []),
    ...(key === undefined ? [] : [`a=crypto:1 ${SUITE} inline:${key}`]),
    'a=ptime:20',
    '',
  ].join('\r\n');
}

function portOf(sdp: unknown): number {
  const port = Number(/m=audio (\d+)/.exec(String(sdp))?.[1]);
  if (!(port > 0)) throw new Error('rtpengine gave no port');
  return port;
}

export interface Pairs {
  ours: Slice[];
  theirs: Slice[];
}

/** Measures in turns (A B A B …), each after a time to settle. */
export async function measurePairs(
  load: Load,
  ours: Candidate,
  theirs: Candidate | undefined,
  o: { pairs: number; settleMs: number; measureMs: number },
): Promise<Pairs> {
  const result: Pairs = { ours: [], theirs: [] };
  for (let pair = 0; pair < o.pairs; pair++) {
    result.ours.push(await load.measure(ours, o.settleMs, o.measureMs));
    if (theirs !== undefined) {
      result.theirs.push(await load.measure(theirs, o.settleMs, o.measureMs));
    }
  }
  return result;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** More loss than this, and what was measured is the machine and not the engines. */
const MAX_LOSS = 0.01;

/** What to say of a run in which packets were lost; undefined when it is sound. */
export function doubtAbout({ ours, theirs }: Pairs): string | undefined {
  const worst = (slices: readonly Slice[]) => Math.max(0, ...slices.map(({ lost }) => lost));
  const [mine, others] = [worst(ours), worst(theirs)];
  if (Math.max(mine, others) <= MAX_LOSS) return undefined;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `not a sound figure: packets lost (ours ${percent(mine)}, rtpengine ${percent(others)}): the machine was too busy`;
}

/** `1.23 (1.10 … 1.40)`: median and spread. */
export function spread(values: readonly number[], digits = 2): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${low.toFixed(digits)} … ${high.toFixed(digits)})`;
}

function ask(child: ChildProcess, message: ToGenerator): Promise<FromGenerator> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the load generator ended'));
    child.once('exit', ended);
    child.once('message', (reply: FromGenerator) => {
      child.off('exit', ended);
      resolve(reply);
    });
    child.send(message);
  });
}

/** All threads of a process to one core; without `taskset` they stay where they are. */
function pin(pid: number, core: number): void {
  if (availableParallelism() < 2) return;
  try {
    execFileSync('taskset', ['-a', '-p', '-c', String(core), String(pid)], { stdio: 'ignore' });
  } catch {
    console.error('taskset is missing: engine and generator share the cores');
  }
}

function cpuMs(pid: number): number {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) throw new Error('the engine ended: the machine is too busy to measure');
  const fields = readFileSync(path, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
