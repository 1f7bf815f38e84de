import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './children.mjs';
import { readIfThere, writeAtomically } from './fingerprint.mjs';

const INSTALL_LIMIT_MS = 15 * 60_000;

/**
 * Every package.json of the workspace, relative to root.
 * @param {string} root
 */
export function workspaceManifests(root) {
  const found = ['package.json'];
  for (const group of ['apps', 'packages']) {
    for (const name of existsSync(join(root, group)) ? readdirSync(join(root, group)).sort() : []) {
      found.push(`${group}/${name}/package.json`);
    }
  }
  found.push('e2e/package.json');
  return found.filter((path) => existsSync(join(root, path)));
}

/**
 * Whether `node_modules` is what the lock file says.
 * @param {{ root: string, cache: string, hasher: import('./fingerprint.mjs').Hasher, node: string }} options
 */
export function inspectPackages({ root, cache, hasher, node }) {
  const inputs = [
    ...['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'].filter((path) =>
      existsSync(join(root, path)),
    ),
    ...workspaceManifests(root),
  ];
  const hash = hasher.hash(root, inputs, `${process.platform} ${process.arch} ${node}`);
  const marker = join(cache, 'packages.hash');
  const complete =
    existsSync(join(root, 'node_modules', '.modules.yaml')) && readIfThere(marker) === hash;
  return { hash, marker, complete };
}

/**
 * `pnpm install --frozen-lockfile`. Needs the lock.
 * @param {{ root: string, cache: string, env: NodeJS.ProcessEnv, pnpm: string, hash: string, marker: string }} options
 */
export async function installPackages({ root, cache, env, pnpm, hash, marker }) {
  rmSync(marker, { force: true });
  await runStep(pnpm, ['install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    // CI keeps pnpm from asking whether it may replace a node_modules that something else made.
    env: { ...env, CI: 'true' },
    log: join(cache, 'logs', 'packages.log'),
    limitMs: INSTALL_LIMIT_MS,
    hint: 'If it says the lock file is outdated: run "pnpm install" and commit pnpm-lock.yaml.',
  });
  writeAtomically(marker, hash);
}
