import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../e2e/harness/wait-for.ts';
import { takeLock } from './lock.mjs';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trunkline-lock-'));
  folders.push(folder);
  return folder;
}

const lockIn = (folder: string) => join(folder, 'bootstrap.lock');
const noWait = () => expect.unreachable('nobody holds the lock');

/** A process that takes the lock, then runs `body` with `folder` and `release` at hand. */
function contender(folder: string, body: string) {
  const lock = new URL('./lock.mjs', import.meta.url).href;
  const script = `
    import { mkdirSync, rmdirSync, appendFileSync } from 'node:fs';
    import { setTimeout as delay } from 'node:timers/promises';
    import { takeLock } from '${lock}';
    const folder = process.argv[1];
    const release = await takeLock(folder, () => {});
    ${body}`;
  return spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Leaves a lock behind whose holder was killed. */
async function leaveStaleLock(folder: string): Promise<void> {
  const holder = contender(folder, 'console.log("held"); await delay(60_000);');
  await once(holder.stdout, 'data');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(existsSync(lockIn(folder))).toBe(true);
}

test('one holder at a time, though a dead one left its lock to all of them', async () => {
  const folder = freshFolder();
  await leaveStaleLock(folder);
  const body = `
    mkdirSync(folder + '/critical');
    await delay(20);
    rmdirSync(folder + '/critical');
    appendFileSync(folder + '/log', 'x');
    release();`;
  const contenders = Array.from({ length: 5 }, () => contender(folder, body));
  const codes = await Promise.all(contenders.map(async (child) => (await once(child, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0, 0, 0]);
  expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('xxxxx');
  expect(existsSync(lockIn(folder))).toBe(false);
});

test('a living holder is waited for, and named', async () => {
  const folder = freshFolder();
  const release = await takeLock(folder, noWait);
  const waitedFor: number[] = [];
  const second = takeLock(folder, (pid) => waitedFor.push(pid));
  await waitFor('the second to wait', () => waitedFor.length > 0);
  release();
  (await second)();
  expect(new Set(waitedFor)).toEqual(new Set([process.pid]));
});

test.each([
  ['is not ours', 'some other text'],
  [
    'names a process id that somebody else has now',
    { pid: process.pid, born: '1', host: hostname() },
  ],
  ['names no living process', { pid: 2 ** 30, born: '', host: hostname() }],
])('a lock that %s is taken over', async (_, content) => {
  const folder = freshFolder();
  writeFileSync(lockIn(folder), typeof content === 'string' ? content : JSON.stringify(content));
  (await takeLock(folder, noWait))();
  expect(existsSync(lockIn(folder))).toBe(false);
});

test('a holder on another host with a fresh heartbeat is waited for', async () => {
  const folder = freshFolder();
  writeFileSync(lockIn(folder), JSON.stringify({ pid: 2 ** 30, born: '', host: 'elsewhere' }));
  let waits = 0;
  const taking = takeLock(folder, () => {
    waits += 1;
  });
  await waitFor('it to wait', () => waits > 0);
  rmSync(lockIn(folder));
  (await taking)();
});

test('the lock goes when its process ends without releasing it', async () => {
  const folder = freshFolder();
  const holder = contender(folder, 'process.exit(0);');
  await once(holder, 'exit');
  expect(existsSync(lockIn(folder))).toBe(false);
});
