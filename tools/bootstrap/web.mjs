import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './children.mjs';
import { filesBelow, readIfThere, writeAtomically } from './fingerprint.mjs';

const WEB_APPS = ['client', 'portal'];
const BUILD_LIMIT_MS = 10 * 60_000;
const SCOPE = '@trunkline/';

/** @param {string} path */
const isBuildInput = (path) => !/\.test\.tsx?$/.test(path);

/**
 * The workspace folders an app is built from: itself and what it depends on, directly or not.
 * @param {string} root
 * @param {string} folder
 * @param {Set<string>} found
 */
function foldersBehind(root, folder, found = new Set()) {
  if (found.has(folder)) return found;
  found.add(folder);
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
    const dependency = `packages/${name.slice(SCOPE.length)}`;
    if (name.startsWith(SCOPE) && existsSync(join(root, dependency, 'package.json'))) {
      foldersBehind(root, dependency, found);
    }
  }
  return found;
}

/**
 * The web apps whose built files are not those of their present sources.
 * @param {{ root: string, cache: string, hasher: import('./fingerprint.mjs').Hasher }} options
 */
export function inspectWebApps({ root, cache, hasher }) {
  return WEB_APPS.filter((app) => existsSync(join(root, 'apps', app, 'vite.config.ts')))
    .map((app) => {
      const inputs = [...foldersBehind(root, `apps/${app}`)]
        .sort()
        .flatMap((folder) => filesBelow(root, folder, isBuildInput));
      const shared = ['pnpm-lock.yaml', 'package.json', 'tsconfig.json', 'tsconfig.web.json'];
      const hash = hasher.hash(root, [
        ...shared.filter((path) => existsSync(join(root, path))),
        ...inputs,
      ]);
      const marker = join(cache, `web-${app}.hash`);
      const complete =
        existsSync(join(root, 'apps', app, 'dist', 'index.html')) && readIfThere(marker) === hash;
      return { app, hash, marker, complete };
    })
    .filter(({ complete }) => !complete);
}

/**
 * `vite build` of one web app. Needs the lock.
 * @param {{ root: string, cache: string, env: NodeJS.ProcessEnv, node: string, app: string, hash: string, marker: string }} options
 */
export async function buildWebApp({ root, cache, env, node, app, hash, marker }) {
  rmSync(marker, { force: true });
  await runStep(node, [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'], {
    cwd: join(root, 'apps', app),
    env: { ...env, NODE_ENV: 'production' },
    log: join(cache, 'logs', `web-${app}.log`),
    limitMs: BUILD_LIMIT_MS,
  });
  writeAtomically(marker, hash);
}
