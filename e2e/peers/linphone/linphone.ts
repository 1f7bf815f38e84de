import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dominantTone } from '@trunkline/media/audio/detect.ts';
import { freePort, freePorts } from '../../harness/ports.ts';
import { findProgram, type RunningProcess, startProcess } from '../../harness/processes.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { type WaitOptions, waitFor } from '../../harness/wait-for.ts';
import { type Heard, hears } from '../audio/heard.ts';
import { writeToneFile } from '../audio/tone-file.ts';

const RTP_PORTS = 20;
const TONE_SECONDS = 300;
const LEAST_SECONDS = 0.25;
/** It speaks G.711 only, so that what it records has one rate: it writes the header at the end. */
const SAMPLE_RATE = 8_000;
const WAV_HEADER_BYTES = 44;
const SILENT: Heard = { hz: 0, level: Number.NEGATIVE_INFINITY };
/** `registered, identity=…` or `registered=-1`: the answer to `status register`. */
const REGISTER_STATUS = /^registered(?:,|=)/;

/** What kind of phone to start. */
export interface LinphoneOptions {
  readonly user: string;
  readonly password: string;
  /** `host:port` of the registrar. */
  readonly registrar: string;
  readonly realm: string;
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** Frequency the phone speaks; default 660. */
  readonly toneHz?: number;
  /** How long it speaks before it begins anew or falls silent; default 300. */
  readonly toneSeconds?: number;
  /** Frequency it plays while it holds somebody; default its own tone. */
  readonly holdHz?: number;
  /** Answers at once. */
  readonly autoAnswer?: boolean;
  readonly mediaEncryption?: 'none' | 'srtp';
}

/** A call as linphonec lists it. */
export interface LinphoneCall {
  readonly id: number;
  readonly peer: string;
  /** Such as `LinphoneCallStreamsRunning`, without the prefix. */
  readonly state: string;
}

/** A soft phone that can transfer a call with consultation (REFER with Replaces). */
export interface Linphone extends AsyncDisposable {
  readonly user: string;
  log(): string;
  calls(): Promise<readonly LinphoneCall[]>;
  waitForCall(state: RegExp, options?: WaitOptions): Promise<LinphoneCall>;
  /** Waits until it has no call. */
  waitForIdle(options?: WaitOptions): Promise<void>;
  waitForRegistered(options?: WaitOptions): Promise<void>;
  dial(target: string): void;
  answer(): void;
  pause(): void;
  resume(call: LinphoneCall): void;
  /** Blind transfer. */
  transfer(call: LinphoneCall, target: string): void;
  /** Attended transfer: joins two calls and leaves both. */
  transferTo(call: LinphoneCall, other: LinphoneCall): void;
  hangUp(): void;
  /** What came out of the earpiece in the last second. */
  heard(): Promise<Heard>;
  waitToHear(hz: number, options?: WaitOptions): Promise<Heard>;
  stop(): Promise<void>;
}

/** Whether linphonec is installed. */
export function linphoneAvailable(): boolean {
  return findProgram('linphonec') !== undefined;
}

/** Starts a phone on free ports of 127.0.0.1; it registers at once. */
export async function startLinphone(options: LinphoneOptions): Promise<Linphone> {
  const command = findProgram('linphonec');
  if (!command) throw new Error('linphonec is not installed');
  const dir = await tempDir('linphone');
  const tone = join(dir.path, 'tone.wav');
  const recording = join(dir.path, 'heard.wav');
  await writeToneFile({
    path: tone,
    hz: options.toneHz ?? 660,
    rate: SAMPLE_RATE,
    seconds: options.toneSeconds ?? TONE_SECONDS,
  });
  const hold = options.holdHz ? join(dir.path, 'hold.wav') : undefined;
  if (hold && options.holdHz)
    await writeToneFile({ path: hold, hz: options.holdHz, rate: SAMPLE_RATE, seconds: 30 });
  const file = join(dir.path, 'rc');
  await writeFile(file, await renderSettings(options), { mode: 0o600 });
  // Without them it refuses to keep its own data and ends.
  await mkdir(join(dir.path, '.local/share/linphone'), { recursive: true });
  await mkdir(join(dir.path, '.config/linphone'), { recursive: true });
  const running = await startProcess({
    name: `linphone ${options.user}`,
    command,
    args: ['-c', file, ...(options.autoAnswer ? ['-a'] : [])],
    cwd: dirname(file),
    env: { ...process.env, HOME: dir.path },
    input: true,
  });
  for (const line of ['soundcard use files', `play ${tone}`, `record ${recording}`])
    running.write(line);
  return phone(options, running, { recording, tone, hold }, () => dir.remove());
}

async function renderSettings(options: LinphoneOptions): Promise<string> {
  const { user, password, realm, registrar, transport = 'udp' } = options;
  const port = await freePort();
  const rtp = await freePorts(RTP_PORTS);
  return `[sip]
sip_port=${transport === 'udp' ? port : 0}
sip_tcp_port=${transport === 'tcp' ? port : 0}
sip_tls_port=${transport === 'tls' ? port : 0}
bind_address=127.0.0.1
guess_hostname=0
contact=sip:${user}@127.0.0.1:${port}
use_rfc2833=1
use_info=0
default_proxy=0
supported=replaces
register_only_when_network_is_up=0
verify_server_certs=0
media_encryption=${options.mediaEncryption ?? 'none'}
[rtp]
audio_rtp_port=${rtp}-${rtp + RTP_PORTS - 1}
[audio_codec_0]
mime=PCMA
rate=8000
channels=1
enabled=1
[audio_codec_1]
mime=PCMU
rate=8000
channels=1
enabled=1
[misc]
add_missing_audio_codecs=0
[net]
firewall_policy=0
[auth_info_0]
username=${user}
passwd=${password}
realm=${realm}
[proxy_0]
reg_proxy=<sip:${registrar};transport=${transport}>
reg_identity=sip:${user}@${registrar}
reg_route=<sip:${registrar};transport=${transport};lr>
reg_expires=120
reg_sendregister=1
publish=0
`;
}

function phone(
  options: LinphoneOptions,
  running: RunningProcess,
  { recording, tone, hold }: { recording: string; tone: string; hold: string | undefined },
  removeFolder: () => Promise<void>,
): Linphone {
  const explain = () => running.tail(60);
  const uri = (target: string) =>
    /^sips?:/.test(target) ? target : `sip:${target}@${options.registrar}`;

  const self: Linphone = {
    user: options.user,
    log: () => running.tail(200),
    async calls() {
      const from = running.lines.length;
      running.write('calls');
      // The list ends when the answer to the next command begins.
      running.write('status register');
      await waitFor(
        'linphonec to list its calls',
        () => running.lines.slice(from).some((line) => REGISTER_STATUS.test(line)),
        { explain },
      );
      return running.lines.slice(from).flatMap(parseCall);
    },
    waitForCall: (state, wait) =>
      waitFor(
        `a call ${state} at ${options.user}`,
        async () => (await self.calls()).find((call) => state.test(call.state)),
        { ...wait, explain },
      ),
    async waitForIdle(wait) {
      await waitFor(
        `${options.user} to have no call`,
        async () => (await self.calls()).length === 0,
        { ...wait, explain },
      );
    },
    async waitForRegistered(wait) {
      await waitFor(
        `${options.user} to be registered`,
        async () => {
          const from = running.lines.length;
          running.write('status register');
          await waitFor('an answer', () =>
            running.lines.slice(from).some((line) => REGISTER_STATUS.test(line)),
          );
          return running.lines.slice(from).some((line) => /^registered, /.test(line));
        },
        { ...wait, explain },
      );
    },
    dial: (target) => running.write(`call ${uri(target)}`),
    answer: () => running.write('answer'),
    pause() {
      running.write('pause');
      // With files for sound devices it does not play the hold music of its settings.
      if (hold) running.write(`play ${hold}`);
    },
    resume(call) {
      if (hold) running.write(`play ${tone}`);
      running.write(`resume ${call.id}`);
    },
    transfer: (call, target) => running.write(`transfer ${call.id} ${uri(target)}`),
    transferTo: (call, other) => running.write(`transfer ${call.id} --to-call ${other.id}`),
    hangUp: () => running.write('terminate all'),
    async heard() {
      const file = await readFile(recording);
      const bytes = file.subarray(WAV_HEADER_BYTES).subarray(-2 * SAMPLE_RATE);
      if (bytes.length < LEAST_SECONDS * 2 * SAMPLE_RATE) return SILENT;
      const samples = new Int16Array(bytes.length >> 1).map((_, at) => bytes.readInt16LE(2 * at));
      const { frequency, level } = dominantTone(samples, SAMPLE_RATE);
      return { hz: frequency, level };
    },
    async waitToHear(hz, wait) {
      let last: Heard | undefined;
      return waitFor(
        `phone ${options.user} to hear ${hz} Hz`,
        async () => {
          last = await self.heard().catch(() => undefined);
          return last && hears(last, hz) ? last : undefined;
        },
        { ...wait, explain: () => `heard ${JSON.stringify(last)}\n${explain()}` },
      );
    },
    async stop() {
      running.write('quit');
      await running.stop();
      await removeFolder();
    },
    async [Symbol.asyncDispose]() {
      await self.stop();
    },
  };
  return self;
}

/** Reads `1   | sip:102@127.0.0.1 | LinphoneCallStreamsRunning |`. */
function parseCall(line: string): LinphoneCall[] {
  const match = /^\s*(\d+)\s*\|\s*(.*?)\s*\|\s*(?:LinphoneCall)?(\w+)/.exec(line);
  if (!match) return [];
  const [, id, peer = '', state = ''] = match;
  return [{ id: Number(id), peer, state }];
}
