/** An rtpengine of a test file's own as the subject of the shared suites. */
import { afterAll, beforeAll } from 'vitest';
import { freePort } from '../../../../../e2e/harness/ports.ts';
import {
  type Rtpengine,
  rtpengineAvailable,
  startRtpengine,
} from '../../../../../e2e/peers/rtpengine/rtpengine.ts';
import { startRtpengineEngine } from '../rtpengine/rtpengine-engine.ts';
import type { SuiteSubject } from './engine-suite.ts';
import { cpuUsOf } from './process-cpu.ts';

/** Name and skipping of what needs the daemon. */
export function needsRtpengine(name: string): { name: string; skip: boolean } {
  const skip = !rtpengineAvailable();
  return { name: skip ? `${name} (skipped: rtpengine not installed)` : name, skip };
}

/** Starts a daemon before the tests of the describe block it is called in, and ends it after. */
export function rtpengineSubject(): SuiteSubject {
  let daemon: Rtpengine;
  let dtmfLog: { host: string; port: number };
  /** Only one engine at a time can listen for keys: that of `beforeEach`. */
  let isListening = false;
  beforeAll(async () => {
    dtmfLog = { host: '127.0.0.1', port: await freePort() };
    daemon = await startRtpengine({ dtmfLog, mediaPorts: 120 });
  });
  afterAll(() => daemon?.stop());
  return {
    async start({ maxBridges = 16, silentAfterMs = 5000, idleLimitMs }) {
      const listens = !isListening;
      isListening = true;
      const engine = await startRtpengineEngine({
        hosts: [{ host: daemon.host, port: daemon.ngPort }],
        ...(listens ? { dtmfLog } : {}),
        maxBridges,
        silentAfterMs,
        pollMs: 200,
        ...(idleLimitMs === undefined ? {} : { idleLimitMs }),
      });
      if (!listens) return engine;
      const close = engine.close.bind(engine);
      return Object.assign(engine, {
        async close() {
          await close();
          isListening = false;
        },
      });
    },
    mediaPorts: () => daemon.media,
    cpuUs: () => cpuUsOf(daemon.pid),
    weaknesses: {
      replays: 'rtpengine keeps no list of the SRTP packets it has seen',
      'returning-ssrc': 'rtpengine passes SSRCs on, and Chromium plays none that comes back',
      'event-clock': 'rtpengine makes events of the clock of the audio only',
      'dtls-race': 'rtpengine before 10.5.7.1 takes DTLS from anybody (ES2023-03)',
    },
    explain: () => daemon.tail(60),
  };
}
