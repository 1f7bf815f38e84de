import { describe, expect, test, vi } from 'vitest';
import type { MediaEngineEvents } from '../engine.ts';
import { startEmbeddedEngine } from './embedded-engine.ts';
import { WebPeer } from './testing/web-peer.ts';

/** Consent and set-up both end after 30 s. */
const WAIT = { timeout: 45_000, interval: 100 };

async function open() {
  const engine = await startEmbeddedEngine({
    announcedAddresses: ['127.0.0.1'],
    rtpPortMin: 0,
    rtpPortMax: 0,
    maxBridges: 1,
    silentAfterMs: 60_000,
  });
  const connected: string[] = [];
  const lost: MediaEngineEvents['webrtc-lost'][] = [];
  engine.on('webrtc-connected', ({ bridgeId }) => connected.push(bridgeId));
  engine.on('webrtc-lost', (detail) => lost.push(detail));
  await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
  const peer = await WebPeer.open();
  const { answerSdp } = await engine.answerWebRtc({ bridgeId: 'b1', offerSdp: await peer.offer() });
  return { engine, connected, lost, peer, answerSdp };
}

describe.concurrent('a browser that is gone', () => {
  test('VOX-118 without a word is lost when its consent expires', async () => {
    const { engine, connected, lost, peer, answerSdp } = await open();
    await peer.accept(answerSdp);
    await vi.waitFor(() => expect(connected).toEqual(['b1']), WAIT);
    await peer.close();
    await vi.waitFor(
      () => expect(lost).toEqual([{ bridgeId: 'b1', reason: 'consent-lost' }]),
      WAIT,
    );
    await engine.close();
  });

  test('before it ever came is reported too', async () => {
    const { engine, lost, peer } = await open();
    await peer.close();
    await vi.waitFor(() => expect(lost).toEqual([{ bridgeId: 'b1', reason: 'ice-failed' }]), WAIT);
    await engine.close();
  });
});
