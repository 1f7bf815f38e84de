import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, freePorts } from '../../harness/ports.ts';
import { findProgram, startProcess } from '../../harness/processes.ts';
import { tempDir } from '../../harness/temp-dir.ts';

/** A SIPp scenario to run. */
export interface SippOptions {
  /** The scenario's XML. */
  readonly scenario: string;
  /** `host:port` to send to; none for a scenario that waits for a request. */
  readonly remote?: string;
  /** `[service]` in the scenario. */
  readonly service?: string;
  /** Credentials for `[authentication]`. */
  readonly auth?: { readonly user: string; readonly password: string };
  readonly transport?: 'udp' | 'tcp';
  /** Calls to make or take; default 1. */
  readonly calls?: number;
  /** Further `[keys]` of the scenario. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Sends audio back to where it comes from. */
  readonly echoAudio?: boolean;
  /** SIP port; default a free one. */
  readonly port?: number;
  /** Hang guard in milliseconds; default 30,000. */
  readonly timeoutMs?: number;
}

/** How a scenario went. */
export interface SippResult {
  readonly ok: boolean;
  /** SIPp's exit code: 0 all calls went well, 1 one failed at least, 97 on a timeout. */
  readonly code: number | null;
  readonly successful: number;
  readonly failed: number;
  /** What SIPp found wrong, in its words. */
  readonly errors: string;
  /** All messages sent and received, in SIPp's notation. */
  readonly messages: string;
}

/** A scenario under way. */
export interface Sipp extends AsyncDisposable {
  readonly port: number;
  readonly mediaPort: number;
  readonly result: Promise<SippResult>;
  stop(): Promise<void>;
}

/** Whether SIPp is installed. */
export function sippAvailable(): boolean {
  return findProgram('sipp') !== undefined;
}

/** Starts a scenario on free ports of 127.0.0.1. */
export async function startSipp(options: SippOptions): Promise<Sipp> {
  const command = findProgram('sipp');
  if (!command) throw new Error('sipp is not installed');
  const dir = await tempDir('sipp');
  const port = options.port ?? (await freePort());
  const mediaPort = await freePorts(4);
  const timeoutMs = options.timeoutMs ?? 30_000;
  const file = (name: string) => join(dir.path, name);
  await writeFile(file('scenario.xml'), options.scenario);
  const keys = Object.entries(options.keys ?? {}).flatMap(([key, value]) => ['-key', key, value]);
  const running = await startProcess({
    name: 'sipp',
    command,
    args: [
      ...(options.remote ? [options.remote] : []),
      ...['-sf', file('scenario.xml'), '-m', String(options.calls ?? 1)],
      ...['-i', '127.0.0.1', '-p', String(port), '-t', options.transport === 'tcp' ? 't1' : 'u1'],
      ...['-mi', '127.0.0.1', '-mp', String(mediaPort)],
      ...(options.service ? ['-s', options.service] : []),
      ...(options.auth ? ['-au', options.auth.user, '-ap', options.auth.password] : []),
      ...(options.echoAudio ? ['-rtp_echo'] : []),
      ...keys,
      ...['-nostdin', '-timeout', `${Math.ceil(timeoutMs / 1_000)}s`, '-timeout_error'],
      ...['-trace_err', '-error_file', file('errors')],
      ...['-trace_msg', '-message_file', file('messages')],
      ...['-trace_stat', '-stf', file('statistics'), '-fd', '1'],
    ],
    cwd: dir.path,
    env: { ...process.env, TERM: 'xterm' },
  });
  const read = async (name: string) =>
    (await readdir(dir.path)).includes(name) ? readFile(file(name), 'utf8') : '';
  const guard = setTimeout(() => void running.kill9(), timeoutMs + 5_000);
  const result = running.exited.then(async ({ code }): Promise<SippResult> => {
    clearTimeout(guard);
    const counts = parseStatistics(await read('statistics'));
    return {
      ok: code === 0,
      code,
      successful: counts.get('SuccessfulCall(C)') ?? 0,
      failed: counts.get('FailedCall(C)') ?? 0,
      errors: await read('errors'),
      messages: await read('messages'),
    };
  });
  const stop = async () => {
    await running.stop();
    await result;
    await dir.remove();
  };
  return { port, mediaPort, result, stop, [Symbol.asyncDispose]: stop };
}

/** Reads the last row of SIPp's statistics, a semicolon-separated table with a heading. */
function parseStatistics(text: string): ReadonlyMap<string, number> {
  const rows = text.split('\n').filter((row) => row !== '');
  const heading = rows[0]?.split(';') ?? [];
  const last = rows.length > 1 ? (rows.at(-1)?.split(';') ?? []) : [];
  return new Map(heading.map((name, column) => [name, Number(last[column])]));
}
