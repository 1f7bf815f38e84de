import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findProgram, startProcess } from './processes.ts';
import { waitFor } from './wait-for.ts';

/** A killed orphan stays in the table as a zombie ("Z") until the machine's init collects it. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

async function printedPid(lines: readonly string[], name: string): Promise<number> {
  const pattern = new RegExp(`^${name} (\\d+)$`);
  return waitFor(`${name}'s pid`, () => {
    for (const line of lines) {
      const pid = pattern.exec(line)?.[1];
      if (pid) return Number(pid);
    }
    return undefined;
  });
}

test('collects output in order, waits for readiness, reports the exit code', async () => {
  const shell = await startProcess({
    name: 'shell',
    command: '/bin/sh',
    args: ['-c', 'echo one; echo two; exit 3'],
    ready: /^two$/,
  });
  expect(await shell.exited).toEqual({ code: 3, signal: null });
  expect(shell.lines).toEqual(['one', 'two']);
});

test('a process that ends before it is ready fails with its output', async () => {
  const start = startProcess({
    name: 'broken',
    command: '/bin/sh',
    args: ['-c', 'echo no licence; exit 1'],
    ready: () => false,
  });
  await expect(start).rejects.toThrow(/broken[\s\S]*no licence/);
});

test('kill9 takes the children along', async () => {
  const shell = await startProcess({
    name: 'parent',
    command: '/bin/sh',
    args: ['-c', 'sleep 60 & echo child $!; wait'],
  });
  const child = await printedPid(shell.lines, 'child');
  expect(await shell.kill9()).toEqual({ code: null, signal: 'SIGKILL' });
  await waitFor('the child to be gone', () => !isAlive(child));
});

test('processes and temporary folders vanish when their runner is killed', async () => {
  const harness = new URL('.', import.meta.url).href;
  const runner = await startProcess({
    name: 'runner',
    command: process.execPath,
    args: [
      '--input-type=module',
      '-e',
      `import { startProcess } from '${harness}processes.ts';
       import { tempDir } from '${harness}temp-dir.ts';
       const dir = await tempDir('reaped');
       const peer = await startProcess({ name: 'peer', command: 'sleep', args: ['60'] });
       console.log('dir ' + dir.path);
       console.log('peer ' + peer.pid);`,
    ],
  });
  const peer = await printedPid(runner.lines, 'peer');
  const dir = (await runner.waitForLine(/^dir /)).slice(4);
  expect(isAlive(peer)).toBe(true);
  expect(existsSync(dir)).toBe(true);
  await runner.kill9();
  await waitFor('the orphan to be killed', () => !isAlive(peer));
  await waitFor('the folder to be removed', () => !existsSync(dir));
});

test('finds programs in administrators’ folders too', () => {
  expect(findProgram('sh')).toMatch(/\/sh$/);
  expect(findProgram('surely-not-installed')).toBeUndefined();
});
