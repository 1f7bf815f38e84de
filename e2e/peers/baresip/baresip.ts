import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { freePort, freePorts } from '../../harness/ports.ts';
import { findProgram, type RunningProcess, startProcess } from '../../harness/processes.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { type WaitOptions, waitFor } from '../../harness/wait-for.ts';
import { type Heard, hears, waitForLastingSilence } from '../audio/heard.ts';
import { writeToneFile } from '../audio/tone-file.ts';
import { type BaresipConfig, MODULE_PATH, renderAccount, renderConfig } from './config.ts';
import { type BaresipControl, type BaresipEvent, openControl } from './control.ts';
import { blockMicrophoneFiles, lastHeard } from './recording.ts';

const RTP_PORTS = 16;
/** The tone lasts longer than any call of a test. */
const TONE_SECONDS = 300;
const KEY_DOWN_MS = 100;
const KEY_GAP_MS = 80;
/** End of transmission, which baresip's `sndcode` takes for "key released". */
const KEY_RELEASED = '\u0004';

/** What kind of desk phone to start. */
export interface BaresipOptions {
  readonly user: string;
  readonly password: string;
  readonly displayName?: string;
  /** `host:port` of the registrar. */
  readonly registrar: string;
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** SDES: offered (`srtp`) or demanded (`srtp-mand`). */
  readonly mediaEncryption?: 'srtp' | 'srtp-mand';
  /** Frequency the phone speaks; default 1000. */
  readonly toneHz?: number;
  /** How long it speaks before it begins anew or falls silent; default 300. */
  readonly toneSeconds?: number;
  /** A mono 16-bit WAV file at 8000 Hz to speak instead of the tone. */
  readonly wav?: string;
  /** `auto` answers at once; default `manual`. */
  readonly answerMode?: 'manual' | 'auto';
  /** Sends everything to its registrar, whatever the host of the URI; default false. */
  readonly outboundProxy?: boolean;
  /** In order of preference; default A-law, then µ-law. */
  readonly codecs?: readonly string[];
  /** Seconds between registrations; default 60. */
  readonly registerSeconds?: number;
}

/**
 * A desk phone.
 *
 * Every `waitFor…` takes the next event of its kind that no earlier wait has taken, so that a
 * script reads like the calls it makes: the second `waitForClosed()` waits for the second end.
 */
export interface Baresip extends AsyncDisposable {
  readonly user: string;
  readonly sipPort: number;
  readonly events: readonly BaresipEvent[];
  /** The last lines of its own log. */
  log(): string;
  /** Whether the registrar accepts it now. */
  registered(): Promise<boolean>;
  waitForRegistered(options?: WaitOptions): Promise<void>;
  /** Resolves with the reason when the registrar turned it down. */
  waitForRegisterFailed(options?: WaitOptions): Promise<string>;
  /** Calls a SIP URI, or a bare number at its registrar. */
  dial(target: string): Promise<void>;
  accept(): Promise<void>;
  /** Hangs up; rejects a ringing call with 486; cancels one that has not been answered. */
  hangup(): Promise<void>;
  hold(): Promise<void>;
  resume(): Promise<void>;
  /** Blind transfer of the current call. */
  transfer(target: string): Promise<void>;
  /** Presses keys one after the other: RFC 4733 events of 100 ms. */
  sendDtmf(digits: string): Promise<void>;
  waitForIncoming(options?: WaitOptions): Promise<BaresipEvent>;
  waitForRinging(options?: WaitOptions): Promise<BaresipEvent>;
  waitForEstablished(options?: WaitOptions): Promise<BaresipEvent>;
  /** Its `param` is the reason, such as `486 Busy Here`. */
  waitForClosed(options?: WaitOptions): Promise<BaresipEvent>;
  /** What came out of the earpiece in the last second; silence without a call. */
  heard(): Promise<Heard>;
  /** Waits until a tone is heard. */
  waitToHear(hz: number, options?: WaitOptions): Promise<Heard>;
  /** Waits for half a second in which no audio arrives, or only silence. */
  waitForSilence(options?: WaitOptions): Promise<void>;
  /** All keys the other end has pressed so far, or since `clear`. */
  dtmf(): string;
  waitForDtmf(digits: string, options?: WaitOptions): Promise<void>;
  /** Ends all calls, and forgets the events so far. */
  clear(): Promise<void>;
  /** Pulls the plug. */
  kill9(): Promise<void>;
  /** Hangs up, unregisters, ends, and removes its folder. */
  stop(): Promise<void>;
}

/** Whether baresip is installed. */
export function baresipAvailable(): boolean {
  return findProgram('baresip') !== undefined;
}

/** Starts a desk phone on free ports of 127.0.0.1; it registers at once. */
export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  const command = findProgram('baresip');
  if (!command) throw new Error('baresip is not installed');
  const dir = await tempDir('baresip');
  const rtpFirst = await freePorts(RTP_PORTS);
  const config: BaresipConfig = {
    user: options.user,
    password: options.password,
    displayName: options.displayName,
    registrar: options.registrar,
    transport: options.transport ?? 'udp',
    mediaEncryption: options.mediaEncryption,
    answerMode: options.answerMode ?? 'manual',
    outboundProxy: options.outboundProxy ?? false,
    codecs: options.codecs ?? ['PCMA/8000/1', 'PCMU/8000/1'],
    registerSeconds: options.registerSeconds ?? 60,
    // It listens for TLS on the port above.
    sipPort: await freePorts(2),
    controlPort: await freePort(),
    rtpPorts: { first: rtpFirst, last: rtpFirst + RTP_PORTS - 1 },
    wav: options.wav ?? join(dir.path, 'tone.wav'),
    recordings: join(dir.path, 'heard'),
    modulePath: MODULE_PATH,
  };
  if (!options.wav) {
    const hz = options.toneHz ?? 1_000;
    await writeToneFile({
      path: config.wav,
      hz,
      rate: 8_000,
      seconds: options.toneSeconds ?? TONE_SECONDS,
    });
  }
  await mkdir(config.recordings);
  const unblock = await blockMicrophoneFiles(config.recordings);
  await writeFile(join(dir.path, 'config'), renderConfig(config));
  await writeFile(join(dir.path, 'accounts'), renderAccount(config), { mode: 0o600 });
  await writeFile(join(dir.path, 'contacts'), '');

  const running = await startProcess({
    name: `baresip ${options.user}`,
    command,
    args: ['-f', dir.path, '-v'],
    cwd: dir.path,
    // Nothing of anybody's home; recordings are named by local time.
    env: { ...process.env, HOME: dir.path, TZ: 'UTC' },
  });
  try {
    const control = await openControl(config.controlPort, {
      timeoutMs: 10_000,
      given: () => running.exit !== undefined,
    });
    return phone(config, control, running, async () => {
      unblock();
      await dir.remove();
    });
  } catch (error) {
    unblock();
    await running.kill9();
    throw new Error(`${String(error)}\n${running.tail()}`, { cause: error });
  }
}

function phone(
  config: BaresipConfig,
  control: BaresipControl,
  running: RunningProcess,
  removeFolder: () => Promise<void>,
): Baresip {
  const { events } = control;
  const taken = new Map<string, number>();
  let cleared = 0;
  const explain = () =>
    `${config.user} saw: ${events.map((event) => `${event.type} ${event.param ?? ''}`).join(', ')}\n${running.tail()}`;

  const next = async (type: string, options?: WaitOptions): Promise<BaresipEvent> => {
    const found = await waitFor(
      `${type} at phone ${config.user}`,
      () => {
        const from = taken.get(type) ?? 0;
        const index = events.findIndex((event, at) => at >= from && event.type === type);
        return index < 0 ? undefined : { event: events[index], index };
      },
      { ...options, explain },
    );
    taken.set(type, found.index + 1);
    if (!found.event) throw new Error('an event has vanished');
    return found.event;
  };
  const run = async (command: string, params?: string): Promise<void> => {
    await control.command(command, params);
  };
  const uri = (target: string) =>
    /^sips?:/.test(target) ? target : `sip:${target}@${config.registrar}`;

  const self: Baresip = {
    user: config.user,
    sipPort: config.sipPort,
    events,
    log: () => running.tail(200),
    async registered() {
      return /OK/.test((await control.command('reginfo')).data);
    },
    async waitForRegistered(options) {
      await waitFor(`phone ${config.user} to be registered`, () => self.registered(), {
        ...options,
        explain,
      });
    },
    async waitForRegisterFailed(options) {
      // The event may have come before the control connection; the log is complete.
      return waitFor(
        `phone ${config.user} to be turned down`,
        () => running.lines.map(registerFailure).find((reason) => reason !== undefined),
        { ...options, explain },
      );
    },
    dial: (target) => run('dial', uri(target)),
    accept: () => run('accept'),
    async hangup() {
      await run('hangup');
      // Its own end of a call is an event like any other; taken here, it is not mistaken for one.
      await next('CALL_CLOSED');
    },
    hold: () => run('hold'),
    resume: () => run('resume'),
    transfer: (target) => run('transfer', uri(target)),
    async sendDtmf(digits) {
      for (const digit of digits) {
        if (!/[0-9A-D*#]/.test(digit)) throw new Error(`no such key: ${digit}`);
        await run('sndcode', digit);
        await new Promise((resolve) => setTimeout(resolve, KEY_DOWN_MS));
        await run('sndcode', KEY_RELEASED);
        await new Promise((resolve) => setTimeout(resolve, KEY_GAP_MS));
      }
    },
    waitForIncoming: (options) => next('CALL_INCOMING', options),
    waitForRinging: (options) => next('CALL_RINGING', options),
    waitForEstablished: (options) => next('CALL_ESTABLISHED', options),
    waitForClosed: (options) => next('CALL_CLOSED', options),
    heard: () => lastHeard(config.recordings),
    async waitToHear(hz, options) {
      let last: Heard | undefined;
      return waitFor(
        `phone ${config.user} to hear ${hz} Hz`,
        async () => {
          last = await self.heard();
          return hears(last, hz) ? last : undefined;
        },
        { ...options, explain: () => `heard ${JSON.stringify(last)}\n${explain()}` },
      );
    },
    waitForSilence: (options) =>
      waitForLastingSilence(`phone ${config.user}`, self.heard, { ...options, explain }),
    dtmf: () =>
      events
        .slice(cleared)
        .filter((event) => event.type === 'CALL_DTMF_START')
        .map((event) => event.param ?? '')
        .join(''),
    async waitForDtmf(digits, options) {
      await waitFor(
        `phone ${config.user} to receive the keys ${digits}`,
        () => self.dtmf() === digits,
        { ...options, explain },
      );
    },
    async clear() {
      await waitFor(
        `phone ${config.user} to have no call`,
        async () => {
          if (!/> /.test((await control.command('listcalls')).data)) return true;
          await run('hangup');
          return false;
        },
        { explain },
      );
      for (const { type } of events) taken.set(type, events.length);
      cleared = events.length;
    },
    async kill9() {
      await running.kill9();
      control.close();
    },
    async stop() {
      await running.stop();
      control.close();
      await removeFolder();
    },
    async [Symbol.asyncDispose]() {
      await self.stop();
    },
  };
  return self;
}

/** Reads `reg: sip:20@pbx: 401 Unauthorized (server)`, which comes in red. */
function registerFailure(line: string): string | undefined {
  return /reg: \S+: ([3-6]\d\d [^(]*[^( ])/.exec(stripVTControlCharacters(line))?.[1];
}
