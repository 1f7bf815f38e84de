/** A process that starts a forked engine, tells the engine's process id, and waits to be killed. */
import process from 'node:process';
import { startForkedEngine } from '../forked-engine.ts';

const engine = await startForkedEngine({
  announcedAddresses: ['127.0.0.1'],
  rtpPortMin: 0,
  rtpPortMax: 0,
  maxBridges: 1,
  silentAfterMs: 1_000,
});
process.stdout.write(`${engine.pid}\n`);
