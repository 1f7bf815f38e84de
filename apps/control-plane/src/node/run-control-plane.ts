import process from 'node:process';
import { systemClock } from '@trunkline/platform/clock.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { reportReady, runUntilStopped } from '@trunkline/platform/node/lifecycle.ts';
import { parseSettings, required } from '@trunkline/platform/settings.ts';
import { openPlatform } from '@trunkline/services/core/open-platform.ts';
import { startControlPlane } from './control-plane.ts';
import { databaseUrlsOf } from './database-settings.ts';

const loopback = ['127.0.0.1', '::1'];

/** The control plane as a process: settings from the environment, ready report, end in order. */
export async function runControlPlane(): Promise<void> {
  const settings = parseSettings(process.env);
  const log = createLogger({ name: 'control-plane', level: settings.logLevel });
  const databaseUrls = await databaseUrlsOf(settings);
  const platform = await openPlatform({
    databaseUrls,
    pool: settings.databasePool,
    keyEncryptionKeys: required(settings.keyEncryptionKeys, 'TRUNKLINE_KEK'),
    platformDomain: settings.platformDomain,
    region: settings.region,
    issuer: settings.publicUrl,
    clock: systemClock,
    log,
  });
  const controlPlane = await startControlPlane({
    platform,
    databaseUrls,
    port: settings.controlPlanePort,
    host: '127.0.0.1',
    trustedProxies: [...loopback, ...settings.trustedProxies],
    callRetention: settings.callRetention,
  });
  runUntilStopped({ logger: log, stop: () => controlPlane.stop(), graceMs: 8_000 });
  log.info({ port: controlPlane.port }, 'control plane serves');
  reportReady({ port: controlPlane.port });
}
