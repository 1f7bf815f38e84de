import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  call,
  cleanUp,
  expectBothTones,
  openPeer,
  openStranger,
  record,
  startEngine,
  WAIT,
} from './testing/engine-fixture.ts';

afterEach(cleanUp);

describe('the browser leg', () => {
  const candidatePort = (sdp: string) =>
    Number(/^a=candidate:.* 127\.0\.0\.1 (\d+) /m.exec(sdp)?.[1]);

  test('VOX-118 connects when the offer has only .local candidates', async () => {
    const engine = await startEngine();
    const connected = record(engine, 'webrtc-connected');
    await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
    const peer = await openPeer();
    const offer = await peer.offer();
    const hidden = offer.replace(
      /^(a=candidate:.*) 127\.0\.0\.1 /gm,
      '$1 4f2c1c0e-6d5b-4a66-9a44-000000000000.local ',
    );
    expect(hidden).not.toBe(offer);
    const { answerSdp } = await engine.answerWebRtc({ bridgeId: 'b1', offerSdp: hidden });
    await peer.accept(answerSdp);
    await vi.waitFor(() => expect(connected).toHaveLength(1), WAIT);
  });

  test('answers no connectivity check without the right password', async () => {
    const engine = await startEngine();
    await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
    const peer = await openPeer();
    const offerSdp = await peer.offer();
    const { answerSdp } = await engine.answerWebRtc({ bridgeId: 'b1', offerSdp });
    const stranger = await openStranger('127.0.0.1');
    const replies: Buffer[] = [];
    stranger.on('message', (datagram) => replies.push(datagram));
    const ufrag = (sdp: string) => /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1] ?? '';
    const username = Buffer.from(`${ufrag(answerSdp)}:${ufrag(offerSdp)}`);
    const padding = (4 - (username.length % 4)) % 4;
    const check = Buffer.concat([
      Buffer.from([0, 1, 0, 4 + username.length + padding, 0x21, 0x12, 0xa4, 0x42]),
      Buffer.alloc(12, 7),
      Buffer.from([0, 6, 0, username.length]),
      username,
      Buffer.alloc(padding),
    ]);
    for (let i = 0; i < 20; i++) stranger.send(check, candidatePort(answerSdp), '127.0.0.1');
    const connected = record(engine, 'webrtc-connected');
    await peer.accept(answerSdp);
    await vi.waitFor(() => expect(connected).toHaveLength(1), WAIT);
    expect(replies).toEqual([]);
  });

  test('takes DTLS from validated sources only: forged alerts change nothing', async () => {
    const running = await call();
    const lost = record(running.engine, 'webrtc-lost');
    const stranger = await openStranger('127.0.0.1');
    const alert = Buffer.from([21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0]);
    for (let i = 0; i < 20; i++) {
      stranger.send(alert, candidatePort(running.answerSdp), '127.0.0.1');
    }
    await expectBothTones(running);
    expect(lost).toEqual([]);
  });

  test('VOX-118 is replaced by a new connection of the browser (page reloaded)', async () => {
    const running = await call();
    await expectBothTones(running);
    await running.peer.close();
    const peer = await openPeer();
    const offerSdp = await peer.offer();
    const { answerSdp } = await running.engine.answerWebRtc({ bridgeId: 'b1', offerSdp });
    await peer.accept(answerSdp);
    await vi.waitFor(() => expect(peer.connection.connectionState).toBe('connected'), WAIT);
    await expectBothTones({ ...running, peer });
    expect(running.phone.stats().received.lost).toBe(0);
  });

  test.each([
    ['empty', ''],
    ['no SDP', 'hello'],
    ['no audio', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n'],
  ])('refuses an offer that is %s', async (_, offerSdp) => {
    const engine = await startEngine();
    await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
    await expect(engine.answerWebRtc({ bridgeId: 'b1', offerSdp })).rejects.toMatchObject({
      code: 'offer-unusable',
    });
  });
});
