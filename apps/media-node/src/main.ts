import { join } from 'node:path';
import process from 'node:process';
import { systemClock } from '@trunkline/platform/clock.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { readIdentity } from '@trunkline/platform/node/identity-file.ts';
import { reportReady, runUntilStopped } from '@trunkline/platform/node/lifecycle.ts';
import { parseSettings, required } from '@trunkline/platform/settings.ts';
import { listenHealth } from './health.ts';
import { startMediaNode } from './node.ts';
import { systemScheduler } from './scheduler.ts';

const settings = parseSettings(process.env);
const logger = createLogger({ name: 'media-node', level: settings.logLevel });
const folder = join(settings.dataDir, 'media-node');
const linkUrl = (base: string, path: string) => `${base.replace(/^http/, 'ws')}${path}`;

const node = await startMediaNode({
  identity: await readIdentity(settings.identityFile ?? join(folder, 'identity.json')),
  folder,
  controlUrl: linkUrl(
    required(settings.controlPlaneUrl, 'TRUNKLINE_CONTROL_PLANE_URL'),
    '/v1/link',
  ),
  edgeUrl: linkUrl(required(settings.edgeUrl, 'TRUNKLINE_EDGE_URL'), '/v1/node-link'),
  sip: settings.sip,
  rtp: settings.rtp,
  engineProcesses: settings.mediaProcesses,
  rtpengine: settings.rtpengine,
  iceAddresses: settings.iceAddresses,
  time: { ...systemClock, ...systemScheduler },
  logger,
});
const health = await listenHealth({
  port: settings.mediaNodePort,
  problems: () => node.problems(),
});
runUntilStopped({
  logger,
  graceMs: 8000,
  stop: async () => {
    await health.close();
    await node.close();
  },
});
logger.info({ sipPort: node.sipPort, healthPort: health.port }, 'media node ready');
reportReady({ sipPort: node.sipPort, healthPort: health.port });
