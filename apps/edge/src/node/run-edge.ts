import { resolve } from 'node:path';
import process from 'node:process';
import { createLogger } from '@trunkline/platform/log.ts';
import { readOrMakeIdentity } from '@trunkline/platform/node/identity-file.ts';
import { reportReady, runUntilStopped } from '@trunkline/platform/node/lifecycle.ts';
import { parseSettings, required } from '@trunkline/platform/settings.ts';
import { startEdge } from './edge.ts';

/** The edge as a process: settings from the environment, ready report, end in order. */
export async function runEdge(): Promise<void> {
  const settings = parseSettings(process.env);
  const logger = createLogger({ name: 'edge', level: settings.logLevel });
  const dataDir = resolve(settings.dataDir, 'edge');
  const edge = await startEdge({
    port: settings.port,
    bindAddress: settings.bindAddress,
    publicUrl: settings.publicUrl,
    trustedProxies: settings.trustedProxies,
    controlPlaneUrl: required(settings.controlPlaneUrl, 'TRUNKLINE_CONTROL_PLANE_URL'),
    databaseUrls: {
      app: required(settings.databaseRoleUrls.app, 'TRUNKLINE_DATABASE_URL_APP'),
      router: required(settings.databaseRoleUrls.router, 'TRUNKLINE_DATABASE_URL_ROUTER'),
    },
    databasePool: settings.databasePool,
    dataDir,
    webRoot: resolve(settings.webRoot),
    identity: await readOrMakeIdentity(
      settings.identityFile ?? resolve(dataDir, 'identity.json'),
      'edge',
    ),
    demoAccountsFile: settings.demoAccountsFile,
    logger,
  });
  runUntilStopped({ logger, stop: () => edge.stop(), graceMs: 7_000 });
  logger.info({ port: edge.port }, 'edge serves');
  reportReady({ port: edge.port });
}
