import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** What npm tells its own scripts; it would mislead the npm and pnpm that the launchers run. */
const NPM_SCRIPT_VARIABLES =
  /^npm_(?:lifecycle_|package_|command$|config_(?:prefix|local_prefix|global_prefix|user_agent|npm_version|init_module|node_gyp|noproxy)$)/;

/** @param {string} folder */
function isWritableFolder(folder) {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

/** The user's home by HOME or the user database; undefined when neither names one. */
function homeOfUser() {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

/**
 * The environment for everything the launchers run: the fetched programs first on PATH, Node's own
 * headers for native addons, and a home folder that can be written (npm, pnpm and Chromium keep
 * caches and profiles there), under `.cache/home` when the user has none.
 * @param {{ root: string, cache: string, node: string }} places
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnvironment({ root, cache, node }) {
  /** @type {NodeJS.ProcessEnv} */
  const env = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!NPM_SCRIPT_VARIABLES.test(name)) env[name] = value;
  }
  env.PATH = [
    dirname(node),
    join(root, '.tools', 'node_modules', '.bin'),
    process.env.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ].join(delimiter);

  const nodeFolder = dirname(dirname(node));
  if (existsSync(join(nodeFolder, 'include', 'node', 'node.h')))
    env.npm_config_nodedir = nodeFolder;
  else delete env.npm_config_nodedir;

  const home = homeOfUser();
  if (home === undefined || !isWritableFolder(home)) {
    const substitute = join(cache, 'home');
    mkdirSync(substitute, { recursive: true });
    env.HOME = substitute;
    for (const name of [
      'XDG_CACHE_HOME',
      'XDG_CONFIG_HOME',
      'XDG_DATA_HOME',
      'XDG_STATE_HOME',
      'PNPM_HOME',
    ]) {
      delete env[name];
    }
    env.npm_config_cache = join(substitute, '.npm');
  } else {
    env.HOME = home;
  }
  return env;
}
