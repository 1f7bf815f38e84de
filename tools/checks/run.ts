/**
 * All checks that are no tests of one package: format, lint, types, architecture and the like.
 * Prints a line each, and leaves its outcome for the closing line in `$TRUNKLINE_TEST_RESULTS`.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkRequirementIds } from '../trace/requirements.ts';
import { checkArchitecture, REPOSITORY } from './architecture.ts';
import { checkFileLength } from './file-length.ts';
import { checkMessages } from './messages.ts';
import { describeViolation, type Violation } from './violation.ts';

const PROGRAM_LIMIT_MS = 5 * 60_000;

/** A check answers with the text of what is wrong, empty if nothing is. */
interface Check {
  readonly name: string;
  readonly run: () => Promise<string>;
}

const bySources = (name: string, find: () => Violation[] | Promise<Violation[]>): Check => ({
  name,
  run: async () => (await find()).map(describeViolation).join('\n'),
});

const byProgram = (name: string, args: readonly string[]): Check => ({
  name,
  run: () =>
    new Promise((resolve, reject) => {
      let output = '';
      const child = spawn(process.execPath, args, {
        cwd: REPOSITORY,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: PROGRAM_LIMIT_MS,
      });
      const collect = (chunk: Buffer) => {
        output += chunk.toString('utf8');
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.on('error', reject);
      child.on('close', (code, signal) =>
        resolve(code === 0 ? '' : output.trim() || `ended with ${signal ?? `exit code ${code}`}`),
      );
    }),
});

const tsc = 'node_modules/typescript/bin/tsc';
const biome = 'node_modules/@biomejs/biome/bin/biome';

const CHECKS: readonly Check[] = [
  byProgram('format and lint', [biome, 'check', '--error-on-warnings', '.']),
  byProgram('types', [tsc, '-p', 'tsconfig.json', '--noEmit']),
  byProgram('types of the web apps', [tsc, '-p', 'tsconfig.web.json', '--noEmit']),
  // A program of its own: each app declares its routes to the router's types.
  byProgram('types of the portal', [tsc, '-p', 'apps/portal/tsconfig.json', '--noEmit']),
  bySources('architecture', () => checkArchitecture(REPOSITORY)),
  bySources('file length', () => checkFileLength(REPOSITORY)),
  bySources('texts in both languages', () => checkMessages(REPOSITORY)),
  bySources('requirement ids', () => checkRequirementIds(REPOSITORY)),
];

const results = await Promise.all(
  CHECKS.map(async ({ name, run }) => {
    const startedAt = performance.now();
    const problem = await run().catch((error: unknown) => String(error));
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${problem === '' ? '✓' : '✗'} check: ${name} ${seconds} s`);
    if (problem !== '') console.log(problem.replace(/^/gm, '    '));
    return { name: `check: ${name}`, problem };
  }),
);

const failed = results.filter(({ problem }) => problem !== '').map(({ name }) => name);
const folder = process.env.TRUNKLINE_TEST_RESULTS;
if (folder !== undefined) {
  mkdirSync(folder, { recursive: true });
  const passed = results.length - failed.length;
  writeFileSync(join(folder, 'checks.json'), JSON.stringify({ passed, failed, skipped: [] }));
}
process.exitCode = failed.length > 0 ? 1 : 0;
