/** The shared suite on rtpengine, where it is installed. */
import { afterAll, beforeAll, describe } from 'vitest';
import { freePort } from '../../../../../e2e/harness/ports.ts';
import {
  type Rtpengine,
  rtpengineAvailable,
  startRtpengine,
} from '../../../../../e2e/peers/rtpengine/rtpengine.ts';
import { attackSuite } from '../testing/attack-suite.ts';
import { chromiumAvailable } from '../testing/chromium-peer.ts';
import { chromiumSuite } from '../testing/chromium-suite.ts';
import { engineSuite, type SuiteSubject } from '../testing/engine-suite.ts';
import { cpuUsOf } from '../testing/process-cpu.ts';
import { startRtpengineEngine } from './rtpengine-engine.ts';

const isAvailable = rtpengineAvailable();
const name = isAvailable ? 'rtpengine' : 'rtpengine (skipped: not installed)';

describe.skipIf(!isAvailable)(name, () => {
  let daemon: Rtpengine;
  let dtmfLog: { host: string; port: number };
  beforeAll(async () => {
    dtmfLog = { host: '127.0.0.1', port: await freePort() };
    daemon = await startRtpengine({ dtmfLog, mediaPorts: 120 });
  });
  afterAll(() => daemon?.stop());

  const subject: SuiteSubject = {
    start: ({ maxBridges = 16, silentAfterMs = 5000, idleLimitMs }) =>
      startRtpengineEngine({
        hosts: [{ host: daemon.host, port: daemon.ngPort }],
        // Two engines at once: only one of them can listen for keys.
        ...(silentAfterMs === 5000 && idleLimitMs === undefined && maxBridges === 16
          ? { dtmfLog }
          : {}),
        maxBridges,
        silentAfterMs,
        pollMs: 200,
        ...(idleLimitMs === undefined ? {} : { idleLimitMs }),
      }),
    mediaPorts: () => daemon.media,
    cpuUs: () => cpuUsOf(daemon.pid),
    // rtpengine keeps no list of SRTP packets it has seen.
    dropsReplays: false,
    // Debian's 10.5.3 loses the handshake to whoever sends DTLS first; mended in 10.5.7.1.
    takesDtlsOfValidatedOnly: false,
    explain: () => daemon.tail(60),
  };
  describe('calls', () => engineSuite(subject));
  describe('attackers', () => attackSuite(subject));
  describe.skipIf(!chromiumAvailable())('with a browser', () => chromiumSuite(subject));
});
