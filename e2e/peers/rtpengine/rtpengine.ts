import { freePort, freePorts } from '../../harness/ports.ts';
import { findProgram, type RunningProcess, startProcess } from '../../harness/processes.ts';
import { waitFor } from '../../harness/wait-for.ts';

/** How to run the daemon. */
export interface RtpengineOptions {
  /** Where it tells key presses, `IP:port`; default nowhere. */
  readonly dtmfLog?: { readonly host: string; readonly port: number };
  /** Ports for media; default 80. */
  readonly mediaPorts?: number;
  /** Threads that carry media; default 1. */
  readonly threads?: number;
  /** 6 tells of each request, 7 of each packet; below 6 it does not say that it is up. */
  readonly logLevel?: number;
}

/** A running rtpengine without its kernel module, on 127.0.0.1. */
export interface Rtpengine extends AsyncDisposable {
  readonly host: '127.0.0.1';
  /** UDP port of the ng protocol; it outlives `restart`. */
  readonly ngPort: number;
  readonly media: { readonly min: number; readonly max: number };
  /** Process id of the daemon that runs now. */
  readonly pid: number;
  /** Its last lines, for error messages. */
  tail(count?: number): string;
  /** SIGKILL. */
  kill9(): Promise<void>;
  /** Ends it if it still runs and starts it again on the same ports, its calls forgotten. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether rtpengine is installed. */
export function rtpengineAvailable(): boolean {
  return findProgram('rtpengine') !== undefined;
}

/** Starts an rtpengine of one's own on free ports; works as root and as any user. */
export async function startRtpengine(options: RtpengineOptions = {}): Promise<Rtpengine> {
  const command = findProgram('rtpengine');
  if (!command) throw new Error('rtpengine is not installed');
  const ngPort = await freePort();
  const count = options.mediaPorts ?? 80;
  const min = await freePorts(count);
  const max = min + count - 1;
  const { dtmfLog } = options;
  const args = [
    // The distribution's own file opens further ports.
    '--config-file=none',
    ...['--foreground', '--log-stderr', `--log-level=${options.logLevel ?? 6}`],
    // No kernel module: works without privileges and in containers.
    '--table=-1',
    '--interface=127.0.0.1',
    `--listen-ng=127.0.0.1:${ngPort}`,
    ...[`--port-min=${min}`, `--port-max=${max}`, `--num-threads=${options.threads ?? 1}`],
    // Else it tells no report of a side before it knows the round trip of both.
    '--mos=LQ',
    ...['--timeout=600', '--silent-timeout=3600', '--offer-timeout=3600', '--delete-delay=0'],
    ...(dtmfLog ? [`--dtmf-log-dest=${dtmfLog.host}:${dtmfLog.port}`] : []),
  ];
  const start = (): Promise<RunningProcess> =>
    startProcess({ name: 'rtpengine', command, args, ready: /Startup complete/ });
  let running = await start();
  return {
    host: '127.0.0.1',
    ngPort,
    media: { min, max },
    get pid() {
      return running.pid;
    },
    tail: (lines) => running.tail(lines),
    async kill9() {
      await running.kill9();
    },
    async restart() {
      if (!running.exit) await running.kill9();
      // The kernel may hold the port of the killed process a moment longer.
      running = await waitFor('rtpengine to start again', start, { timeoutMs: 20_000 });
    },
    async stop() {
      await running.stop();
    },
    async [Symbol.asyncDispose]() {
      await running.stop();
    },
  };
}
