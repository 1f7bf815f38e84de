/**
 * From a fresh clone on a machine with nothing but Node and npm to everything installed and built,
 * doing only what changed since the last time. Plain JavaScript: it runs on the machine's own Node.
 */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stopStepsOnSignals } from './bootstrap/children.mjs';
import { childEnvironment } from './bootstrap/environment.mjs';
import { LauncherFailure } from './bootstrap/failure.mjs';
import { createHasher } from './bootstrap/fingerprint.mjs';
import { takeLock } from './bootstrap/lock.mjs';
import { inspectPackages, installPackages } from './bootstrap/packages.mjs';
import { createProgress } from './bootstrap/progress.mjs';
import { fetchToolchain, inspectToolchain, requireLauncherNode } from './bootstrap/toolchain.mjs';
import { buildWebApp, inspectWebApps } from './bootstrap/web.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, '.cache');

/**
 * @typedef {object} Ready
 * @property {string} root the repository
 * @property {string} cache its `.cache` folder
 * @property {string} node the Node that runs TypeScript
 * @property {NodeJS.ProcessEnv} env environment for everything that is run
 * @property {import('./bootstrap/progress.mjs').Progress} progress
 */

/**
 * @param {{ web: boolean, out?: NodeJS.WriteStream }} options `web`: also build the web apps;
 *   `out`: where progress goes, standard output unless told otherwise
 * @returns {Promise<Ready>}
 */
export async function bootstrap({ web, out = process.stdout }) {
  requireLauncherNode();
  stopStepsOnSignals();
  makeCache();
  const progress = createProgress(out);
  const { node } = inspectToolchain(root);
  const env = childEnvironment({ root, cache, node });
  if (await isReady(web)) return { root, cache, node, env, progress };

  const release = await lockWithProgress(progress);
  try {
    const toolchain = inspectToolchain(root);
    if (!toolchain.complete) {
      await progress.step(`fetch ${toolchain.wanted.join(' and ')}`, () =>
        fetchToolchain({ root, cache, env, wanted: toolchain.wanted }),
      );
    }
    const hasher = createHasher(join(cache, 'hashes.json'));
    const packages = inspectPackages({ root, cache, hasher, node });
    if (!packages.complete) {
      await progress.step('install packages', () =>
        installPackages({ root, cache, env, pnpm: toolchain.pnpm, ...packages }),
      );
    }
    hasher.save();
    if (web) await buildWebApps({ root, cache, node, env, progress });
  } finally {
    release();
  }
  return { root, cache, node, env, progress };
}

/**
 * Builds the web apps whose sources changed, side by side. Needs the lock.
 * @param {Ready} ready
 */
async function buildWebApps({ node, env, progress }) {
  const hasher = createHasher(join(cache, 'hashes.json'));
  const stale = inspectWebApps({ root, cache, hasher });
  hasher.save();
  if (stale.length === 0) return;
  await progress.step(`build ${stale.map(({ app }) => app).join(' and ')}`, async () => {
    const builds = await Promise.allSettled(
      stale.map((build) => buildWebApp({ root, cache, env, node, ...build })),
    );
    const failed = builds.find((build) => build.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  });
}

/**
 * The web apps alone, for callers that go on without them: the error text, or undefined.
 * @param {Ready} ready
 */
export async function tryBuildWebApps(ready) {
  const release = await lockWithProgress(ready.progress);
  try {
    await buildWebApps(ready);
    return undefined;
  } catch (error) {
    if (error instanceof LauncherFailure) return error.message;
    throw error;
  } finally {
    release();
  }
}

/**
 * The quick way of the usual start: nothing to do, and no lock needed to see it.
 * @param {boolean} web
 */
async function isReady(web) {
  const { complete, node } = inspectToolchain(root);
  if (!complete) return false;
  const hasher = createHasher(join(cache, 'hashes.json'));
  if (!inspectPackages({ root, cache, hasher, node }).complete) return false;
  const ready = !web || inspectWebApps({ root, cache, hasher }).length === 0;
  hasher.save();
  return ready;
}

/** @param {import('./bootstrap/progress.mjs').Progress} progress */
function lockWithProgress(progress) {
  let told = false;
  return takeLock(cache, (holder) => {
    if (!told)
      progress.line(`… process ${holder} is preparing this folder already: waiting for it`);
    told = true;
  });
}

function makeCache() {
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new LauncherFailure(
      code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
        ? `This user cannot write to ${root}. Run it as the owner of the folder, or clone it somewhere else.`
        : `${cache} could not be made: ${message}`,
    );
  }
}
