import { mkdir } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { DataFolderInUseError, lockDataFolder } from '@trunkline/database/node/data-folder-lock.ts';
import { CopiedDataFolderError } from '@trunkline/database/node/embedded-postgres.ts';
import { parseSettings, type Settings, SettingsError } from '@trunkline/platform/settings.ts';
import { bootstrap } from './bootstrap.ts';
import { type SupervisedChild, superviseChild } from './child.ts';
import { openProcessLog, type ProcessLog, say } from './console.ts';
import { type InstallationDatabase, startDatabase } from './database.ts';
import { applyDemoTenant, closeDemoTenant, openDemoTenant, writeDemoAccounts } from './demo.ts';
import { environmentOf, type Installation, type ProcessName } from './environment.ts';
import { keptPort, PortInUseError, probePort } from './ports.ts';
import { readOrMakeSecrets } from './secrets.ts';

const modules: Readonly<Record<Exclude<ProcessName, 'bootstrap'>, URL>> = {
  'control-plane': new URL('../../control-plane/src/main.ts', import.meta.url),
  edge: new URL('../../edge/src/main.ts', import.meta.url),
  'media-node': new URL('../../media-node/src/main.ts', import.meta.url),
  'simulated-pbx': new URL('./simulated-pbx/main.ts', import.meta.url),
};

/**
 * What belongs to a call lives for half a minute after it. A young generation that begins at its usual
 * megabyte copies all of that several times: 15 % of the processor time of call set-up.
 */
const flags: Readonly<Record<string, readonly string[]>> = {
  'media-node': ['--min-semi-space-size=16'],
};

/** Longest wait for a process to serve at start, milliseconds. */
const readyTimeoutMs = 60_000;
const startedAt = performance.now();
const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

const cleanUp: (() => Promise<void> | void)[] = [];
let stopping = false;

/** Ends everything in the reverse order of its start. */
async function stop(code: number): Promise<never> {
  if (stopping) return new Promise(() => {});
  stopping = true;
  for (const step of cleanUp.toReversed()) {
    try {
      await step();
    } catch (error) {
      process.stderr.write(`while stopping: ${error instanceof Error ? error.message : error}\n`);
    }
  }
  process.exit(code);
}

async function prepare(settings: Settings): Promise<Installation> {
  const dataDir = resolve(settings.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  cleanUp.push(await lockDataFolder(dataDir));
  const port = await probePort(settings.port, settings.bindAddress);
  const secrets = await readOrMakeSecrets(dataDir, settings);
  const database = await openDatabase(settings, dataDir);
  cleanUp.push(() => database.stop());
  say(`  database is up (${seconds()})`);
  return {
    settings,
    dataDir,
    port,
    publicUrl: process.env.TRUNKLINE_PUBLIC_URL ? settings.publicUrl : `http://localhost:${port}`,
    controlPlanePort: await probePort(settings.controlPlanePort, '127.0.0.1'),
    pbxPort: await keptPort(join(dataDir, 'simulated-pbx.port'), settings.demoPbxPort, '127.0.0.1'),
    ownerUrl: database.ownerUrl,
    secrets,
    demoAccountsFile:
      settings.demo && onLoopback(settings)
        ? await writeDemoAccounts(dataDir, settings.platformDomain)
        : undefined,
  };
}

async function openDatabase(settings: Settings, dataDir: string): Promise<InstallationDatabase> {
  if (settings.databaseUrl) return { ownerUrl: settings.databaseUrl, stop: async () => {} };
  return startDatabase({ dataDir, onRestart: (reason) => say(`  ${reason}; starting it again`) });
}

/** Demo accounts have published passwords: they serve whoever sits at this machine, nobody else. */
function onLoopback({ bindAddress, publicUrl }: Settings): boolean {
  const own = ['127.0.0.1', '[::1]', '::1', 'localhost'];
  return own.includes(bindAddress) && own.includes(new URL(publicUrl).hostname);
}

async function startProcess(
  name: keyof typeof modules,
  installation: Installation,
  log: ProcessLog,
): Promise<SupervisedChild> {
  const child = superviseChild({
    name,
    module: modules[name],
    env: await environmentOf(name, installation),
    flags: flags[name] ?? [],
    onLine: (from, line) => log.line(from, line),
    onExit: (who, how, restartMs) => say(`  ${who} ${how}; starting it again in ${restartMs} ms`),
  });
  cleanUp.push(() => child.stop());
  return child;
}

async function whenReady(...children: SupervisedChild[]): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      const guard = AbortSignal.timeout(readyTimeoutMs);
      const late = new Promise<never>((_resolve, reject) => {
        guard.addEventListener('abort', () =>
          reject(
            new Error(
              `${child.name} did not get ready within ${readyTimeoutMs / 1000} s; see its log`,
            ),
          ),
        );
      });
      await Promise.race([child.ready, late]);
      say(`  ${child.name} is up (${seconds()})`);
    }),
  );
}

async function start(): Promise<void> {
  const settings = parseSettings(process.env);
  say('Starting Trunkline');
  const installation = await prepare(settings);
  const log = openProcessLog(installation.dataDir);
  cleanUp.push(() => log.close());
  await bootstrap(installation);
  say(`  schema and keys are ready (${seconds()})`);
  await whenReady(await startProcess('control-plane', installation, log));
  const rest = [
    await startProcess('edge', installation, log),
    await startProcess('media-node', installation, log),
  ];
  if (installation.demoAccountsFile)
    rest.push(await startProcess('simulated-pbx', installation, log));
  await whenReady(...rest);
  const api = {
    apiUrl: `http://127.0.0.1:${installation.port}`,
    apiKey: installation.secrets.partnerApiKey,
  };
  if (installation.demoAccountsFile) {
    await openDemoTenant(api);
    say((await applyDemoTenant({ ...api, pbxPort: installation.pbxPort })).replace(/^/gm, '  '));
  } else if (await closeDemoTenant(api)) {
    say('  the demo tenant is suspended: its accounts work on loopback only');
  }
  announce(installation);
}

function announce({ publicUrl, settings, demoAccountsFile, dataDir, port }: Installation): void {
  say('');
  say(`Trunkline is ready after ${seconds()}:  ${publicUrl}`);
  say(`  portal                       ${publicUrl}/portal/`);
  say(`  API reference                ${publicUrl}/v1/docs`);
  if (demoAccountsFile) {
    say(
      `  demo accounts                anna, ben or clara @demo.${settings.platformDomain}, password trunkline-demo`,
    );
    say(
      '  simulated telephone system   dial 10 for an echo, 11 for an announcement, 12 to be called back',
    );
  }
  if (!onLoopback(settings))
    for (const address of ownAddresses())
      say(`  also at                      http://${address}:${port}`);
  say(`  data and logs                ${dataDir}`);
  say('  Ctrl-C stops it.');
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? [])
      .filter((entry) => !entry.internal && entry.family === 'IPv4')
      .map((entry) => entry.address),
  );
}

process.once('SIGINT', () => void stop(0));
process.once('SIGTERM', () => void stop(0));
process.once('disconnect', () => void stop(0));
start().catch((error: unknown) => {
  const expected =
    error instanceof SettingsError ||
    error instanceof PortInUseError ||
    error instanceof DataFolderInUseError ||
    error instanceof CopiedDataFolderError;
  process.stderr.write(
    `Trunkline did not start: ${error instanceof Error ? (expected ? error.message : error.stack) : error}\n`,
  );
  void stop(1);
});
