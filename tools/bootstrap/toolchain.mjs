import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './children.mjs';
import { LauncherFailure } from './failure.mjs';
import {
  LAUNCHER_MAJOR,
  NODE_PACKAGES,
  NODE_VERSION,
  PNPM_VERSION,
  RUNTIME_MAJOR,
} from './versions.mjs';

const FETCH_LIMIT_MS = 10 * 60_000;

const major = Number.parseInt(process.versions.node, 10);

/** Ends with a clear error on a Node that is too old for the launchers themselves. */
export function requireLauncherNode() {
  if (major < LAUNCHER_MAJOR) {
    throw new LauncherFailure(
      `Node ${LAUNCHER_MAJOR} or newer is needed; this is Node ${process.versions.node} (${process.execPath}).`,
    );
  }
}

/**
 * @param {string} tools the `.tools` folder
 * @param {string} name
 * @returns {string | undefined} the installed version
 */
function installedVersion(tools, name) {
  try {
    return JSON.parse(readFileSync(join(tools, 'node_modules', name, 'package.json'), 'utf8'))
      .version;
  } catch {
    return undefined;
  }
}

/** True where the C library is not glibc: the registry's Node binaries need glibc. */
function isMusl() {
  if (process.platform !== 'linux' || process.report === undefined) return false;
  // Looking up names of open connections could take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  );
  return report.header?.glibcVersionRuntime === undefined;
}

const platform = `${process.platform}-${process.arch}`;

/** @param {string} where */
function noNodeFor(where) {
  return new LauncherFailure(
    `Node ${RUNTIME_MAJOR} or newer is needed and cannot be fetched for ${where}; ` +
      `this is Node ${process.versions.node}. Install Node ${RUNTIME_MAJOR}, then try again.`,
  );
}

/** The registry package with Node for this machine. */
function nodePackage() {
  const name = /** @type {Record<string, string | undefined>} */ (NODE_PACKAGES)[platform];
  if (name === undefined) throw noNodeFor(platform);
  return name;
}

/**
 * What runs TypeScript here and what is missing to have it.
 * @param {string} root the repository
 */
export function inspectToolchain(root) {
  const tools = join(root, '.tools');
  const bin = join(tools, 'node_modules', '.bin');
  const ownNode = major >= RUNTIME_MAJOR ? undefined : nodePackage();
  /** @type {string[]} */
  const wanted = [`pnpm@${PNPM_VERSION}`];
  let complete = installedVersion(tools, 'pnpm') === PNPM_VERSION && existsSync(join(bin, 'pnpm'));
  let node = process.execPath;
  if (ownNode !== undefined) {
    wanted.push(`${ownNode}@${NODE_VERSION}`);
    node = join(tools, 'node_modules', ownNode, 'bin', 'node');
    complete &&= installedVersion(tools, ownNode) === NODE_VERSION && existsSync(node);
  }
  return { node, pnpm: join(bin, 'pnpm'), wanted, complete };
}

/**
 * Fetches pnpm and, if needed, Node from the npm registry into `.tools`: into a folder of its own
 * first and then renamed, so that an interrupted fetch leaves nothing half done. Needs the lock.
 * @param {{ root: string, cache: string, env: NodeJS.ProcessEnv, wanted: readonly string[] }} options
 */
export async function fetchToolchain({ root, cache, env, wanted }) {
  if (wanted.length > 1 && isMusl()) throw noNodeFor(`${platform} with musl`);
  // Names of this process' own: an npm whose launcher was killed may still write to the last one's.
  const fresh = join(cache, `tools.new.${process.pid}`);
  const old = join(cache, `tools.old.${process.pid}`);
  const tools = join(root, '.tools');
  mkdirSync(fresh, { recursive: true });
  // The npm that runs this launcher, where there is one: it need not be on PATH.
  const npm = process.env.npm_execpath ?? '';
  const viaNode = npm.endsWith('npm-cli.js') && existsSync(npm);
  await runStep(
    viaNode ? process.execPath : 'npm',
    [
      ...(viaNode ? [npm] : []),
      'install',
      '--prefix',
      fresh,
      '--no-save',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
      '--no-update-notifier',
      '--ignore-scripts=false',
      '--loglevel=error',
      ...wanted,
    ],
    {
      cwd: fresh,
      env,
      log: join(cache, 'logs', 'toolchain.log'),
      limitMs: FETCH_LIMIT_MS,
      hint: 'The npm registry must be reachable for the first start (Debian and Ubuntu: npm comes with the package "npm").',
    },
  );
  if (existsSync(tools)) renameSync(tools, old);
  renameSync(fresh, tools);
  removeLeftovers(cache);
}

/** @param {string} cache */
function removeLeftovers(cache) {
  for (const name of readdirSync(cache)) {
    if (!/^tools\.(?:new|old)\.\d+$/.test(name)) continue;
    try {
      rmSync(join(cache, name), { recursive: true, force: true });
    } catch (error) {
      // An orphaned npm is still writing there: the next fetch removes the rest.
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOTEMPTY') throw error;
    }
  }
}
