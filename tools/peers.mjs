/**
 * The outside programs the call scripts run against. They come from the distribution; where they
 * cannot be installed, the tests that need them are skipped by name.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runStep } from './bootstrap/children.mjs';
import { LauncherFailure } from './bootstrap/failure.mjs';

const UPDATE_LIMIT_MS = 5 * 60_000;
const INSTALL_LIMIT_MS = 15 * 60_000;

/** Debian package → a program that shows it is there, however it came. */
const PACKAGES = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  kamailio: ['kamailio'],
  'kamailio-tls-modules': [],
  'baresip-core': ['baresip'],
  'sip-tester': ['sipp'],
  sipsak: ['sipsak'],
  sox: ['sox'],
  'rtpengine-daemon': ['rtpengine'],
  'linphone-cli': ['linphonec'],
  coturn: ['turnserver'],
  ffmpeg: ['ffmpeg'],
  tshark: ['tshark'],
  'fonts-liberation': [],
};

const SYSTEM_FOLDERS = [
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
  '/usr/local/bin',
  '/usr/bin',
  '/bin',
];

/** @param {string} program */
function isOnPath(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/** @param {string} name */
function isInstalled(name) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is dpkg-query's own
  const format = '${db:Status-Abbrev}';
  const found = spawnSync('dpkg-query', ['-W', '-f', format, name], { encoding: 'utf8' });
  return found.status === 0 && found.stdout.startsWith('ii');
}

function missingPackages() {
  return Object.entries(PACKAGES)
    .filter(([name, programs]) => !programs.some(isOnPath) && !isInstalled(name))
    .map(([name]) => name);
}

/**
 * Keeps the distribution from starting the SIP server it has just installed: it would sit on 5060.
 * @template T
 * @param {() => Promise<T>} work
 */
async function withoutStartingServices(work) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return work();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await work();
  } finally {
    rmSync(policy, { force: true });
  }
}

/**
 * Installs what is missing when this is root on Debian or Ubuntu. Never fails the run: a machine
 * without the programs still runs every test that does not need them.
 * @param {import('./bootstrap.mjs').Ready} ready
 */
export async function installPeers({ root, cache, env, progress }) {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const skipping = 'The tests that need them are skipped by name.';
  if (process.env.TRUNKLINE_NO_APT === '1' || process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    progress.line(`Not installed (apt-get and root needed): ${missing.join(', ')}. ${skipping}`);
    return;
  }
  const apt = (
    /** @type {string[]} */ args,
    /** @type {string} */ log,
    /** @type {number} */ limitMs,
  ) =>
    runStep('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], {
      cwd: root,
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' },
      log: join(cache, 'logs', log),
      limitMs,
    });
  const install = (/** @type {string[]} */ names) =>
    apt(
      ['install', '-y', '--no-install-recommends', ...names],
      `apt-${names[0]}.log`,
      INSTALL_LIMIT_MS,
    );
  try {
    await progress.step('apt-get update', () => apt(['update'], 'apt-update.log', UPDATE_LIMIT_MS));
  } catch (error) {
    if (!(error instanceof LauncherFailure)) throw error;
    progress.line(
      `The package lists could not be refreshed; trying with those at hand.\n${error.message}`,
    );
  }
  await withoutStartingServices(async () => {
    try {
      await progress.step(`apt-get install ${missing.join(' ')}`, () => install(missing));
    } catch (error) {
      if (!(error instanceof LauncherFailure)) throw error;
      // One unknown or broken package makes apt refuse all of them: take them one by one.
      for (const name of missing) {
        try {
          await progress.step(`apt-get install ${name}`, () => install([name]));
        } catch (single) {
          if (!(single instanceof LauncherFailure)) throw single;
          progress.line(single.message);
        }
      }
    }
  });
  const still = missingPackages();
  if (still.length > 0) progress.line(`Could not be installed: ${still.join(', ')}. ${skipping}`);
}
