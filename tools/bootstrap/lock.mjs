import {
  linkSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LauncherFailure } from './failure.mjs';

const POLL_MS = 250;
const HEARTBEAT_MS = 5_000;
/** A holder on another host (a container sharing the folder) is judged by its heartbeat alone. */
const SILENT_MS = 60_000;
/** A guard older than this was left by a contender that died while it removed a stale lock. */
const GUARD_MS = 10_000;
const WAIT_LIMIT_MS = 20 * 60_000;

/** @typedef {{ pid: number, born: string, host: string }} Holder */

/**
 * When the process was born, in the kernel's ticks since boot, so that a reused process id is not
 * taken for the dead holder. Empty where there is no /proc.
 * @param {number} pid
 */
function bornAt(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * @param {string} text
 * @returns {Holder | undefined} undefined when the file holds no lock of ours
 */
function parseHolder(text) {
  try {
    const value = JSON.parse(text);
    return Number.isInteger(value?.pid) &&
      typeof value.born === 'string' &&
      typeof value.host === 'string'
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} text
 * @param {number} silentMs
 */
function isStale(text, silentMs) {
  const holder = parseHolder(text);
  if (holder === undefined) return true;
  if (holder.host !== hostname()) return silentMs > SILENT_MS;
  return !isRunning(holder.pid) || (holder.born !== '' && holder.born !== bornAt(holder.pid));
}

/** @param {() => void} remove */
function ignoreMissing(remove) {
  try {
    remove();
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
}

/**
 * Removes the lock if it still is the stale one: the guard directory lets one contender at a time
 * look and remove, so nobody removes a lock that another has just taken.
 * @param {string} path
 */
function removeStale(path) {
  const guard = `${path}.guard`;
  try {
    mkdirSync(guard);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    ignoreMissing(() => {
      if (Date.now() - statSync(guard).mtimeMs > GUARD_MS) rmdirSync(guard);
    });
    return;
  }
  try {
    ignoreMissing(() => {
      const silentMs = Date.now() - statSync(path).mtimeMs;
      if (isStale(readFileSync(path, 'utf8'), silentMs)) unlinkSync(path);
    });
  } finally {
    rmdirSync(guard);
  }
}

/**
 * Takes the lock file in `folder`, waiting for a living holder and removing a dead one's lock.
 * @param {string} folder exists and is writable
 * @param {(holder: number) => void} onWait called with the holder's process id while waiting
 * @returns {Promise<() => void>} releases the lock; also done when the process exits
 */
export async function takeLock(folder, onWait) {
  const path = join(folder, 'bootstrap.lock');
  const mine = join(folder, `bootstrap.lock.${process.pid}`);
  const text = JSON.stringify({ pid: process.pid, born: bornAt(process.pid), host: hostname() });
  // The lock appears under its name with its content in one step, so no reader sees it half written.
  writeFileSync(mine, text);
  try {
    const deadline = performance.now() + WAIT_LIMIT_MS;
    while (!tryLink(mine, path)) {
      let holder;
      let silentMs = 0;
      try {
        holder = readFileSync(path, 'utf8');
        silentMs = Date.now() - statSync(path).mtimeMs;
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') continue;
        throw error;
      }
      if (isStale(holder, silentMs)) {
        removeStale(path);
      } else {
        const pid = parseHolder(holder)?.pid ?? 0;
        onWait(pid);
        if (performance.now() > deadline) {
          throw new LauncherFailure(
            `Process ${pid} has held ${path} for more than ${WAIT_LIMIT_MS / 60_000} min. End it, then try again.`,
          );
        }
        await delay(POLL_MS);
      }
    }
  } finally {
    ignoreMissing(() => unlinkSync(mine));
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    ignoreMissing(() => utimesSync(path, now, now));
  }, HEARTBEAT_MS);
  heartbeat.unref();
  const release = () => {
    clearInterval(heartbeat);
    process.off('exit', release);
    ignoreMissing(() => {
      if (readFileSync(path, 'utf8') === text) unlinkSync(path);
    });
  };
  process.on('exit', release);
  return release;
}

/**
 * @param {string} from
 * @param {string} to
 * @returns {boolean} false when `to` exists
 */
function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}
