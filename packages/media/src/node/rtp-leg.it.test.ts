import type { Socket } from 'node:dgram';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSine } from '../audio/tone.ts';
import { encodeG711 } from '../g711.ts';
import { serializeRtp } from '../rtp.ts';
import {
  call,
  cleanUp,
  openPhone,
  openStranger,
  record,
  remoteOf,
  startEngine,
  tone,
  WAIT,
} from './testing/engine-fixture.ts';

afterEach(cleanUp);

describe('the source of RTP', () => {
  const packet = (sequenceNumber: number) =>
    serializeRtp({
      payloadType: 8,
      marker: false,
      ssrc: 77,
      sequenceNumber,
      timestamp: sequenceNumber * 160,
      payload: encodeG711('PCMA', createSine({ frequency: 2000 })(160)),
    });
  const spray = (socket: Socket, port: number, count: number) => {
    for (let i = 0; i < count; i++) socket.send(packet(i), port, '127.0.0.1');
  };

  test('VOX-119 a stranger is refused before and after the phone has spoken, and is sent nothing', async () => {
    const { engine, rtp, phone, peer } = await call();
    const stranger = await openStranger('127.0.0.2');
    const leaked: Buffer[] = [];
    stranger.on('message', (datagram) => leaked.push(datagram));
    peer.play(440);
    spray(stranger, rtp.port, 50);
    await vi.waitFor(async () => {
      expect((await engine.stats('b1')).rtp.foreign).toBe(50);
    }, WAIT);
    void phone.play(tone(1000));
    await vi.waitFor(() => expect(Math.abs(peer.hearing.frequency - 1000)).toBeLessThan(5), WAIT);
    spray(stranger, rtp.port, 50);
    await vi.waitFor(async () => {
      expect((await engine.stats('b1')).rtp.foreign).toBe(100);
    }, WAIT);
    expect(Math.abs(peer.hearing.frequency - 1000)).toBeLessThan(5);
    expect((await engine.stats('b1')).rtp.source?.port).toBe(phone.port);
    expect(leaked).toEqual([]);
  });

  test('VOX-119 may be another port than announced, when it comes in time; then it is locked', async () => {
    const engine = await startEngine();
    const started = record(engine, 'rtp-started');
    const { rtp } = await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
    const phone = await openPhone();
    const unused = await openStranger('127.0.0.1');
    const announced = unused.address().port;
    await engine.setRtpRemote({ bridgeId: 'b1', remote: remoteOf(phone, { port: announced }) });
    phone.setRemote(remoteOf(phone, { port: rtp.port }));
    void phone.play(tone(1000));
    await vi.waitFor(
      () =>
        expect(started).toEqual([
          {
            bridgeId: 'b1',
            side: 'rtp',
            source: { address: '127.0.0.1', port: phone.port },
          },
        ]),
      WAIT,
    );
    const other = await openStranger('127.0.0.1');
    spray(other, rtp.port, 20);
    await vi.waitFor(async () => {
      expect((await engine.stats('b1')).rtp.foreign).toBeGreaterThanOrEqual(20);
    }, WAIT);
    expect((await engine.stats('b1')).rtp.source?.port).toBe(phone.port);
  });

  test('may be another address only when that is expected', async () => {
    const engine = await startEngine();
    const { rtp } = await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
    const phone = await openPhone('127.0.0.3');
    phone.setRemote(remoteOf(phone, { port: rtp.port }));
    const remote = remoteOf(phone, { address: '127.0.0.9', port: 9 });
    await engine.setRtpRemote({ bridgeId: 'b1', remote });
    void phone.play(tone(1000));
    await vi.waitFor(async () => {
      expect((await engine.stats('b1')).rtp.foreign).toBeGreaterThan(5);
    }, WAIT);
    expect((await engine.stats('b1')).rtp.source).toBeNull();
    await engine.setRtpRemote({
      bridgeId: 'b1',
      remote: { ...remote, port: 10, latchAddresses: ['127.0.0.3'] },
    });
    await vi.waitFor(async () => {
      const { source } = (await engine.stats('b1')).rtp;
      expect(source).toEqual({ address: '127.0.0.3', port: phone.port });
    }, WAIT);
  });
});
