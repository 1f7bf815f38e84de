import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSine } from '../audio/tone.ts';
import type { EngineSettings, MediaEngineEvents } from '../engine.ts';
import { type ForkedEngine, startForkedEngine } from './forked-engine.ts';
import { openRtpEndpoint } from './rtp-endpoint.ts';
import { listen } from './testing/hearing.ts';
import { WebPeer } from './testing/web-peer.ts';

const WAIT = { timeout: 15_000, interval: 20 };
const SETTINGS: EngineSettings = {
  announcedAddresses: ['127.0.0.1'],
  rtpPortMin: 0,
  rtpPortMax: 0,
  maxBridges: 4,
  silentAfterMs: 5_000,
};
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(): Promise<ForkedEngine> {
  const engine = await startForkedEngine(SETTINGS);
  cleanups.push(() => engine.close());
  return engine;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The browser's 440 Hz are found at a phone behind the bridge, the phone's 1 kHz at the browser. */
async function provesAudio(engine: ForkedEngine, bridgeId: string): Promise<void> {
  const { rtp } = await engine.createBridge({ bridgeId, rtpAddress: '127.0.0.1' });
  const phone = await openRtpEndpoint({ address: '127.0.0.1', portMin: 0, portMax: 0 });
  cleanups.push(() => phone.close());
  const heard = listen(phone);
  const common = { address: '127.0.0.1', codec: 'PCMA', payloadType: 8 } as const;
  phone.setRemote({ ...common, port: rtp.port, direction: 'sendrecv' });
  const peer = await WebPeer.open();
  cleanups.push(() => peer.close());
  const { answerSdp } = await engine.answerWebRtc({ bridgeId, offerSdp: await peer.offer() });
  await peer.accept(answerSdp);
  await engine.setRtpRemote({
    bridgeId,
    remote: { ...common, port: phone.port, direction: 'sendrecv' },
  });
  await vi.waitFor(() => expect(peer.connection.connectionState).toBe('connected'), WAIT);
  peer.play(440);
  const sine = createSine({ frequency: 1000 });
  void phone.play(() => sine(160));
  await vi.waitFor(() => {
    expect(Math.abs(heard.tone().frequency - 440)).toBeLessThan(5);
    expect(Math.abs(peer.hearing.frequency - 1000)).toBeLessThan(5);
  }, WAIT);
}

describe('the engine in a process of its own', () => {
  test('carries a call', async () => {
    const engine = await start();
    const connected: string[] = [];
    engine.on('webrtc-connected', ({ bridgeId }) => connected.push(bridgeId));
    await provesAudio(engine, 'b1');
    expect(connected).toEqual(['b1']);
    await engine.closeBridge('b1');
    await expect(engine.stats('b1')).rejects.toMatchObject({ code: 'bridge-unknown' });
  });

  test('passes refusals on with their code', async () => {
    const engine = await start();
    await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
    await expect(
      engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' }),
    ).rejects.toMatchObject({ name: 'MediaEngineError', code: 'bridge-exists' });
    await expect(engine.answerWebRtc({ bridgeId: 'b1', offerSdp: '' })).rejects.toMatchObject({
      code: 'offer-unusable',
    });
    await expect(startForkedEngine({ ...SETTINGS, maxBridges: 0 })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  test('killed by -9 is reported with its bridges, comes back, and carries the next call', async () => {
    const engine = await start();
    const lost: MediaEngineEvents['engine-lost'][] = [];
    engine.on('engine-lost', (detail) => lost.push(detail));
    await provesAudio(engine, 'b1');
    await engine.createBridge({ bridgeId: 'b2', rtpAddress: '127.0.0.1' });
    const pid = engine.pid ?? 0;
    const asking = engine.sendDtmf({ bridgeId: 'b2', digits: '1' }).catch((error) => error);
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(
      () => expect(lost).toEqual([{ bridgeIds: ['b1', 'b2'], reason: 'SIGKILL' }]),
      WAIT,
    );
    await expect(asking).resolves.toHaveProperty('code');
    await expect(engine.stats('b1')).rejects.toMatchObject({ code: 'bridge-unknown' });
    await provesAudio(engine, 'b1');
    expect(engine.pid).not.toBe(pid);
  });

  test('that hangs is killed and comes back', async () => {
    const engine = await start();
    const lost: string[] = [];
    engine.on('engine-lost', ({ reason }) => lost.push(reason));
    process.kill(engine.pid ?? 0, 'SIGSTOP');
    await vi.waitFor(() => expect(lost).toEqual(['SIGKILL']), WAIT);
    await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
  });

  test('ends with its parent', async () => {
    const parent = spawn(
      process.execPath,
      [new URL('./testing/engine-parent.ts', import.meta.url).pathname],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(String(line));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), WAIT);
  });

  test('closes in good order and refuses what comes after', async () => {
    const engine = await start();
    const pid = engine.pid ?? 0;
    await engine.close();
    await engine.close();
    expect(isAlive(pid)).toBe(false);
    await expect(
      engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' }),
    ).rejects.toMatchObject({ code: 'engine-closed' });
  });
});
