import process from 'node:process';
import { createLogger } from '@trunkline/platform/log.ts';
import { reportReady, runUntilStopped } from '@trunkline/platform/node/lifecycle.ts';
import { parseSettings } from '@trunkline/platform/settings.ts';
import { startSimulatedPbx } from './pbx.ts';

const settings = parseSettings(process.env);
const logger = createLogger({ name: 'simulated-pbx', level: settings.logLevel });
const pbx = await startSimulatedPbx({ port: settings.demoPbxPort, logger });
runUntilStopped({ logger, stop: () => pbx.close(), graceMs: 3_000 });
logger.info({ port: pbx.port }, 'simulated telephone system ready');
reportReady({ port: pbx.port });
