import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startProcess } from '../../e2e/harness/processes.ts';
import { waitFor } from '../../e2e/harness/wait-for.ts';
import { runStep } from './children.mjs';

const folder = mkdtempSync(join(tmpdir(), 'trunkline-children-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const children = new URL('./children.mjs', import.meta.url).href;
const sh = (script: string, limitMs = 10_000) =>
  runStep('/bin/sh', ['-c', script], {
    cwd: folder,
    env: process.env,
    log: join(folder, 'step.log'),
    limitMs,
    hint: 'Try again.',
  });

/** A launcher whose foreground program is the given script of Node's. */
const launcher = (script: string) =>
  startProcess({
    name: 'launcher',
    command: process.execPath,
    args: [
      '--input-type=module',
      '-e',
      `import { runForeground } from '${children}';
       process.exitCode = await runForeground(process.execPath, ['-e', process.argv[1]],
         { cwd: '/', env: process.env, watched: true });`,
      script,
    ],
  });

describe('a step', () => {
  test('keeps its whole output in its log', async () => {
    await sh('echo out; echo err >&2');
    await waitFor('the log', () => readFileSync(join(folder, 'step.log'), 'utf8') === 'out\nerr\n');
  });

  test('that fails says how, with hint, log and the end of its output', async () => {
    await expect(sh('echo some reason; exit 4')).rejects.toThrow(
      /failed with exit code 4\. Try again\.[\s\S]*step\.log[\s\S]*some reason/,
    );
  });

  test('that hangs is ended with what it started', async () => {
    await expect(sh('sleep 60 & wait', 50)).rejects.toThrow(/took longer than/);
  });

  test('whose program is missing says so', async () => {
    const step = runStep('surely-not-installed', [], {
      cwd: folder,
      env: process.env,
      log: join(folder, 'step.log'),
      limitMs: 1_000,
    });
    await expect(step).rejects.toThrow('"surely-not-installed" was not found on this machine');
  });
});

describe('the foreground program', () => {
  test('gives its exit code to the launcher', async () => {
    expect(await (await launcher('process.exit(7)')).exited).toMatchObject({ code: 7 });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('is told of %s', async (signal) => {
    const running = await launcher(
      `process.on('${signal}', () => process.exit(3)); setInterval(() => {}, 1e6); console.log('up')`,
    );
    await running.waitForLine(/^up$/);
    running.signal(signal);
    expect(await running.exited).toMatchObject({ code: 3 });
  });

  test('that dies of a signal leaves 128 + its number', async () => {
    const running = await launcher(`process.kill(process.pid, 'SIGKILL')`);
    expect(await running.exited).toMatchObject({ code: 137 });
  });
});
