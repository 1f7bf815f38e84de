/**
 * `npm test`: everything installed and built, the checks, then all vitest projects, and one closing
 * line over all of them. Each check counts as one test. `npm test -- <filter>` gives its arguments
 * to vitest and leaves the checks out.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runForeground } from './bootstrap/children.mjs';
import { launch } from './bootstrap/failure.mjs';
import { readIfThere } from './bootstrap/fingerprint.mjs';
import { seconds } from './bootstrap/progress.mjs';
import { bootstrap, tryBuildWebApps } from './bootstrap.mjs';
import { installPeers } from './peers.mjs';

const RUN_LIMIT_MS = 30 * 60_000;
const MAX_NAMES = 200;

/**
 * @typedef {object} Outcome what a runner leaves in its file under `.cache/test`
 * @property {number} passed
 * @property {string[]} failed names
 * @property {string[]} skipped names
 */

/**
 * @param {string} runner
 * @param {string} path
 * @param {number} exitCode a runner that fails without naming a test counts as one failure
 * @returns {Outcome}
 */
function readOutcome(runner, path, exitCode) {
  const text = readIfThere(path);
  if (text === undefined) {
    return {
      passed: 0,
      failed: [`${runner} ended with exit code ${exitCode} before it could report`],
      skipped: [],
    };
  }
  /** @type {Outcome} */
  const outcome = JSON.parse(text);
  if (exitCode !== 0 && outcome.failed.length === 0) {
    outcome.failed.push(`${runner} ended with exit code ${exitCode}`);
  }
  return outcome;
}

/**
 * @param {import('./bootstrap/progress.mjs').Progress} progress
 * @param {string} title
 * @param {string[]} names
 */
function list(progress, title, names) {
  if (names.length === 0) return;
  progress.line(`\n${title}:`);
  for (const name of names.slice(0, MAX_NAMES)) progress.line(`  ${name}`);
  if (names.length > MAX_NAMES) progress.line(`  and ${names.length - MAX_NAMES} more`);
}

await launch(async () => {
  const startedAt = performance.now();
  const vitestArguments = process.argv.slice(2);
  const ready = await bootstrap({ web: false });
  const { root, cache, node, env, progress } = ready;
  await installPeers(ready);

  const results = join(cache, 'test');
  rmSync(results, { recursive: true, force: true });
  /** @type {Outcome[]} */
  const outcomes = [];

  const buildFailure = await tryBuildWebApps(ready);
  if (buildFailure !== undefined) progress.line(`\n${buildFailure}`);
  outcomes.push(
    buildFailure === undefined
      ? { passed: 1, failed: [], skipped: [] }
      : { passed: 0, failed: ['check: the web apps build'], skipped: [] },
  );

  const childEnv = { ...env, TRUNKLINE_TEST_RESULTS: results };
  if (vitestArguments.length === 0) {
    const code = await runForeground(node, ['tools/checks/run.ts'], {
      cwd: root,
      env: childEnv,
      limitMs: RUN_LIMIT_MS,
    });
    outcomes.push(readOutcome('the checks', join(results, 'checks.json'), code));
  } else {
    progress.line('With a filter only the tests run: the checks are left out (npm run check).');
  }

  const code = await runForeground(
    node,
    ['node_modules/vitest/vitest.mjs', 'run', ...vitestArguments],
    {
      cwd: root,
      env: childEnv,
      limitMs: RUN_LIMIT_MS,
    },
  );
  outcomes.push(readOutcome('vitest', join(results, 'vitest.json'), code));

  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = outcomes.flatMap((outcome) => outcome.failed);
  const skipped = outcomes.flatMap((outcome) => outcome.skipped);
  list(progress, 'Skipped', skipped);
  list(progress, 'Failed', failed);
  progress.line(`\nAll runners, ${seconds(startedAt)}:`);
  progress.line(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
  return failed.length > 0 || passed === 0 ? 1 : 0;
});
