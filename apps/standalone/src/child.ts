import { type ChildProcess, fork } from 'node:child_process';
import { backoffMs } from '@trunkline/platform/backoff.ts';

/** A process the supervisor keeps running. */
export interface SupervisedChild {
  readonly name: string;
  /** Resolves when the process reported for the first time that it serves. */
  readonly ready: Promise<void>;
  /** Process id while it runs. */
  readonly pid: number | undefined;
  /** Ends it for good: SIGTERM, then SIGKILL after its grace. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  name: string;
  /** File that Node runs. */
  module: URL;
  env: Record<string, string>;
  /** Flags of Node itself. */
  flags?: readonly string[];
  /** Hears every line the process prints. */
  onLine: (name: string, line: string) => void;
  /** Hears of each unexpected end, in words. */
  onExit: (name: string, how: string, restartMs: number) => void;
}

const restart = { minMs: 100, maxMs: 10_000 };
/** A process that ran this long was fine: its next restart is quick again. */
const healthyMs = 30_000;
const stopGraceMs = 8_000;

/** Starts a process and starts it again, with back-off, whenever it ends by itself. */
export function superviseChild(options: ChildOptions): SupervisedChild {
  const { name, module, env, flags = [], onLine, onExit } = options;
  let child: ChildProcess | undefined;
  let failures = 0;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let becomeReady = () => {};
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve;
  });

  function start(): void {
    const startedAt = performance.now();
    const current = fork(module, {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning', ...flags],
      // A group of its own: Ctrl-C reaches the supervisor alone, which ends its children in order.
      detached: true,
    });
    child = current;
    for (const stream of [current.stdout, current.stderr])
      eachLine(stream, (line) => onLine(name, line));
    current.on('message', (message) => {
      if (
        typeof message === 'object' &&
        message !== null &&
        'type' in message &&
        message.type === 'ready'
      )
        becomeReady();
    });
    current.once('exit', (code, signal) => {
      child = undefined;
      if (stopping) return;
      failures = performance.now() - startedAt > healthyMs ? 0 : failures + 1;
      const delay = backoffMs(failures, restart);
      onExit(name, signal ? `was ended by ${signal}` : `ended with code ${code}`, delay);
      timer = setTimeout(start, delay);
    });
  }

  start();
  return {
    name,
    ready,
    get pid() {
      return child?.pid;
    },
    async stop() {
      stopping = true;
      clearTimeout(timer);
      const current = child;
      if (!current) return;
      const gone = new Promise<void>((resolve) => current.once('exit', () => resolve()));
      current.kill('SIGTERM');
      const force = setTimeout(() => current.kill('SIGKILL'), stopGraceMs);
      await gone;
      clearTimeout(force);
    },
  };
}

/** Longest line kept; the rest of a longer one is dropped. */
const maxLine = 16_384;

function eachLine(stream: NodeJS.ReadableStream | null, listener: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, maxLine);
    for (const line of lines) listener(line);
  });
  stream?.on('end', () => {
    if (rest !== '') listener(rest);
  });
}
