import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { forgetGroup, noteGroup } from './reaper.ts';
import { waitFor } from './wait-for.ts';

/** Lines kept of a process' output; older ones are dropped. */
const KEPT_LINES = 20_000;
const KEPT_LINE_CHARACTERS = 8_192;

/** What to start and how to tell that it is up. */
export interface ProcessSpec {
  /** Short name for messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Replaces the inherited environment if given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Keeps standard input open for `write`. */
  readonly input?: boolean;
  /** Ready once this is true (or a line matched); without it the process is ready at once. */
  readonly ready?: RegExp | (() => boolean | Promise<boolean>);
  /** Hang guard for `ready` in milliseconds; default 15,000. */
  readonly readyTimeoutMs?: number;
}

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process, the leader of a process group of its own. */
export interface RunningProcess extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Standard output and error in the order of arrival, line by line. */
  readonly lines: readonly string[];
  readonly exited: Promise<ProcessExit>;
  /** Its end, once it has ended. */
  readonly exit: ProcessExit | undefined;
  /** Calls back for every line from now on; returns the way to stop that. */
  onLine(listener: (line: string) => void): () => void;
  /** Resolves with the first line, past or coming, that matches. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Types a line; only with `input`. */
  write(line: string): void;
  /** The last lines, for error messages. */
  tail(count?: number): string;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL to the whole group after the grace (milliseconds, default 3,000). */
  stop(graceMs?: number): Promise<ProcessExit>;
  /** SIGKILL to the whole group, as a power cut would do. */
  kill9(): Promise<ProcessExit>;
}

/** Where a program lies: along PATH and the administrators' folders, which users often lack. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const path = join(folder || '.', name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not there: look in the next folder.
    }
  }
  return undefined;
}

/**
 * Starts a process and waits until it is ready. It dies with this process at the latest.
 *
 * @throws Error with the last lines of output if it cannot be started, ends early or is not ready in time
 */
export async function startProcess(spec: ProcessSpec): Promise<RunningProcess> {
  const child = spawn(spec.command, [...spec.args], {
    cwd: spec.cwd,
    env: { ...(spec.env ?? process.env) },
    stdio: [spec.input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new Error(`cannot start ${spec.name}`, { cause })));
  });
  // It may end while a line is on its way: its exit tells more than a broken pipe.
  child.stdin?.on('error', () => undefined);
  const running = follow(spec.name, child);
  const { ready } = spec;
  if (!ready) return running;
  const isReady =
    ready instanceof RegExp ? () => running.lines.some((line) => ready.test(line)) : ready;
  try {
    const ended = await waitFor(
      `${spec.name} to be ready`,
      async () => {
        // Looked at first: what was printed just before the end still counts.
        const { exit } = running;
        return (await isReady()) ? 'ready' : exit && `ended with ${describe(exit)}`;
      },
      { timeoutMs: spec.readyTimeoutMs ?? 15_000 },
    );
    if (ended !== 'ready') throw new Error(`${spec.name} is not ready: it ${ended}`);
  } catch (error) {
    await running.kill9();
    throw new Error(`${String(error)}\n${running.tail()}`, { cause: error });
  }
  return running;
}

function describe(exit: ProcessExit): string {
  return exit.signal ? `signal ${exit.signal}` : `code ${exit.code}`;
}

function follow(name: string, child: ChildProcess): RunningProcess {
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} has no process id`);
  noteGroup(pid);
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  let exit: ProcessExit | undefined;
  const killGroup = () => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // ESRCH: nobody of the group is left, which is the aim.
    }
  };
  const take = (line: string) => {
    lines.push(line.slice(0, KEPT_LINE_CHARACTERS));
    if (lines.length > KEPT_LINES) lines.splice(0, lines.length - KEPT_LINES);
    for (const listener of listeners) listener(line);
  };
  splitLines(child.stdout, take);
  splitLines(child.stderr, take);
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      killGroup();
      forgetGroup(pid);
    });
    // "close" comes when the pipes are empty too, so that no last line is missed.
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const running: RunningProcess = {
    name,
    pid,
    lines,
    exited,
    get exit() {
      return exit;
    },
    onLine(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async waitForLine(pattern, timeoutMs) {
      return waitFor(
        `${name} to print ${pattern}`,
        () => lines.find((line) => pattern.test(line)),
        { ...(timeoutMs === undefined ? {} : { timeoutMs }), explain: () => running.tail() },
      );
    },
    write(line) {
      if (!child.stdin) throw new Error(`${name} was started without input`);
      child.stdin.write(`${line}\n`);
    },
    tail(count = 40) {
      return lines.slice(-count).join('\n');
    },
    signal(signal) {
      child.kill(signal);
    },
    async stop(graceMs = 3_000) {
      if (!exit) child.kill('SIGTERM');
      const timer = setTimeout(killGroup, graceMs);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
    async kill9() {
      if (!exit) killGroup();
      return exited;
    },
    async [Symbol.asyncDispose]() {
      await running.stop();
    },
  };
  return running;
}

function splitLines(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream?.on('data', (chunk: Buffer) => {
    const parts = (rest + decoder.write(chunk)).split(/\r?\n/);
    rest = parts.pop() ?? '';
    for (const part of parts) take(part);
    if (rest.length > KEPT_LINE_CHARACTERS) {
      take(rest);
      rest = '';
    }
  });
  stream?.on('end', () => {
    if (rest) take(rest);
  });
}
