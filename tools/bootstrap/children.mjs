import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { LauncherFailure } from './failure.mjs';

/** The last lines of a failed step's output that are shown; the whole is in its log file. */
const TAIL_LINES = 30;
/** Frames of a program's own stack: nothing that helps the person at the terminal. */
const STACK_FRAME = /^\s+at .*(?:node:|node_modules)/;
const TAIL_BYTES = 64 * 1024;
/** Time a child gets between SIGTERM and SIGKILL once its time limit has passed. */
const KILL_GRACE_MS = 5_000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** @param {NodeJS.Signals} signal */
const exitCodeOf = (signal) => 128 + (constants.signals[signal] ?? 0);

/**
 * Steps run in process groups of their own, so that what they started ends with them.
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // The group may have ended just now, which is what was wanted.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/**
 * Ends the steps under way and this process when the launcher is told to stop before its
 * foreground program runs. The lock is released by its own `exit` handler.
 */
export function stopStepsOnSignals() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (foreground !== undefined) return;
      for (const child of running) signalGroup(child, 'SIGTERM');
      process.stderr.write(`\nStopped by ${signal}.\n`);
      process.exit(exitCodeOf(signal));
    });
  }
}

/**
 * Runs one step's program to its end with its output in a log file.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, log: string, limitMs: number, hint?: string }} options
 * @returns {Promise<void>} rejects with a {@link LauncherFailure} that quotes the end of the output
 */
export function runStep(command, args, { cwd, env, log, limitMs, hint }) {
  mkdirSync(dirname(log), { recursive: true });
  const file = createWriteStream(log);
  let tail = '';
  const child = spawn(command, args, {
    cwd,
    env: { ...env, NO_COLOR: '1', FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  const collect = (/** @type {Buffer} */ chunk) => {
    file.write(chunk);
    tail = (tail + chunk.toString('utf8')).slice(-TAIL_BYTES);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve, reject) => {
    let timedOut = false;
    const limit = setTimeout(() => {
      timedOut = true;
      signalGroup(child, 'SIGTERM');
      setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_GRACE_MS).unref();
    }, limitMs);
    const settle = () => {
      clearTimeout(limit);
      running.delete(child);
      file.end();
    };
    child.on('error', (error) => {
      settle();
      const missing = /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT';
      reject(
        new LauncherFailure(
          missing
            ? `The program "${command}" was not found on this machine.${hint === undefined ? '' : ` ${hint}`}`
            : `"${command}" could not be started: ${error.message}`,
        ),
      );
    });
    child.on('close', (code, signal) => {
      settle();
      if (code === 0) {
        resolve();
        return;
      }
      const how = timedOut
        ? `took longer than ${limitMs / 60_000} min`
        : code === null
          ? `was ended by ${signal}`
          : `failed with exit code ${code}`;
      const lines = stripVTControlCharacters(tail)
        .split('\n')
        .filter((line) => line.trim() !== '' && !STACK_FRAME.test(line))
        .slice(-TAIL_LINES)
        .join('\n');
      reject(
        new LauncherFailure(
          `"${[command.split('/').at(-1), ...args].join(' ')}" ${how}.${hint === undefined ? '' : ` ${hint}`}\n` +
            `The end of its output (all of it is in ${log}):\n\n${lines}`,
        ),
      );
    });
  });
}

/** @type {import('node:child_process').ChildProcess | undefined} */
let foreground;

/**
 * Runs the program this launcher exists for, on the launcher's own terminal, and returns its exit
 * code (128 + n when signal n ended it). SIGTERM and SIGHUP are handed on. So is SIGINT, except on
 * a terminal, where Ctrl-C already reaches the whole process group. With `watched` the program has
 * an IPC channel, whose "disconnect" tells it that the launcher is gone, killed for good included.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, limitMs?: number, watched?: boolean }} options
 * @returns {Promise<number>}
 */
export function runForeground(command, args, { cwd, env, limitMs, watched }) {
  const stdio = watched === true ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit';
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: /** @type {import('node:child_process').StdioOptions} */ (stdio),
  });
  foreground = child;
  const onTerminal = process.stdin.isTTY === true;
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    if (signal === 'SIGINT' && onTerminal) return;
    child.kill(signal);
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    const limit =
      limitMs === undefined
        ? undefined
        : setTimeout(() => {
            process.stderr.write(`\nStopped: no end after ${limitMs / 60_000} min.\n`);
            child.kill('SIGTERM');
            setTimeout(() => child.kill('SIGKILL'), KILL_GRACE_MS).unref();
          }, limitMs);
    const settle = () => {
      clearTimeout(limit);
      foreground = undefined;
      for (const signal of signals) process.off(signal, forward);
    };
    child.on('error', (error) => {
      settle();
      reject(new LauncherFailure(`"${command}" could not be started: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      settle();
      resolve(code ?? (signal === null ? 1 : exitCodeOf(signal)));
    });
  });
}
