/** The shared suite on the embedded engine. */
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { describe } from 'vitest';
import { startEmbeddedEngine } from './embedded-engine.ts';
import { attackSuite } from './testing/attack-suite.ts';
import { chromiumAvailable } from './testing/chromium-peer.ts';
import { chromiumSuite } from './testing/chromium-suite.ts';
import { engineSuite, type SuiteSubject } from './testing/engine-suite.ts';

// Below the range the system takes free ports from, so nobody has one of these by chance.
const min = 10_000 + 100 * randomInt(90);
const ports = { min, max: min + 79 };

const subject: SuiteSubject = {
  start: ({ maxBridges = 16, silentAfterMs = 5000, idleLimitMs }) =>
    startEmbeddedEngine({
      announcedAddresses: ['127.0.0.1'],
      rtpPortMin: ports.min,
      rtpPortMax: ports.max,
      maxBridges,
      silentAfterMs,
      ...(idleLimitMs === undefined ? {} : { idleLimitMs }),
    }),
  mediaPorts: () => ports,
  cpuUs: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  weaknesses: {},
};

describe('the embedded engine', () => engineSuite(subject));
describe('the embedded engine under attack', () => attackSuite(subject));

const isAvailable = chromiumAvailable();
describe.skipIf(!isAvailable)(
  `the embedded engine and a browser${isAvailable ? '' : ' (skipped: chromium not installed)'}`,
  () => chromiumSuite(subject),
);
