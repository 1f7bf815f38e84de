import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseRtp, serializeRtp } from '../rtp.ts';
import {
  afterTest,
  call,
  cleanUp,
  expectBothTones,
  openPeer,
  startEngine,
  tone,
  WAIT,
} from './testing/engine-fixture.ts';

afterEach(cleanUp);

describe('audio', () => {
  test('VOX-116 VOX-117 LIN-075 LIN-084 passes in both directions, encrypted to the browser, A-law on both sides', async () => {
    const running = await call();
    expect(running.answerSdp).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 126\r$/m);
    expect(running.answerSdp).toMatch(/^a=fingerprint:sha-256 /m);
    await expectBothTones(running);
    const { webrtc, rtp } = await running.engine.stats('b1');
    expect(webrtc).toMatchObject({ codec: 'PCMA', iceState: 'connected' });
    expect(webrtc.received.packets).toBeGreaterThan(20);
    expect(webrtc.received.lost).toBe(0);
    expect(webrtc.roundTripMs).not.toBeNull();
    expect(rtp.source).toEqual({ address: '127.0.0.1', port: running.phone.port });
    expect(rtp).toMatchObject({ codec: 'PCMA', foreign: 0, invalid: 0 });
    expect(rtp.sent.bytes).toBe(rtp.sent.packets * 160);
  });

  test('LIN-073 is converted when the telephone system picks the other law', async () => {
    await expectBothTones(await call({ law: 'PCMU' }));
  });

  test('takes the preferred law when the browser offers it', async () => {
    const running = await call({ law: 'PCMA', preferred: 'PCMU' });
    expect(running.answerSdp).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 0 126\r$/m);
    await expectBothTones(running);
  });

  test('from the browser is dropped until the far side is known', async () => {
    const engine = await startEngine();
    await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
    const peer = await openPeer();
    const { answerSdp } = await engine.answerWebRtc({
      bridgeId: 'b1',
      offerSdp: await peer.offer(),
    });
    await peer.accept(answerSdp);
    peer.play(440);
    await vi.waitFor(async () => {
      expect((await engine.stats('b1')).webrtc.received.packets).toBeGreaterThan(10);
    }, WAIT);
    expect((await engine.stats('b1')).rtp.sent.packets).toBe(0);
  });

  test('of a far side that changes its SSRC reaches the browser as one stream without jumps', async () => {
    const running = await call();
    const { rtp, peer, phone } = running;
    // Every play of the phone is a new stream to its leg; a second sender on the same port is
    // what music on hold looks like: sent raw, with SSRCs A, B, A.
    const port = phone.port;
    phone.close();
    const pbx = createSocket('udp4');
    await new Promise<void>((resolve) => pbx.bind(port, '127.0.0.1', resolve));
    afterTest(() => pbx.close());
    peer.forget();
    const counters = new Map([
      [1, { sequenceNumber: 100, timestamp: 5000 }],
      [2, { sequenceNumber: 40000, timestamp: 4_000_000_000 }],
    ]);
    let due = performance.now();
    for (const ssrc of [1, 2, 1]) {
      const counter = counters.get(ssrc) ?? { sequenceNumber: 0, timestamp: 0 };
      for (let i = 0; i < 10; i++) {
        counter.sequenceNumber++;
        counter.timestamp += 160;
        const payload = new Uint8Array(160).fill(0xd5);
        pbx.send(
          serializeRtp({ payloadType: 8, marker: false, ssrc, ...counter, payload }),
          rtp.port,
          '127.0.0.1',
        );
        due += 20;
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      }
    }
    await vi.waitFor(() => expect(peer.received).toHaveLength(30), WAIT);
    expect(new Set(peer.received.map(({ ssrc }) => ssrc)).size).toBe(1);
    peer.received.slice(1).forEach((packet, i) => {
      const before = peer.received[i] ?? packet;
      expect((packet.sequenceNumber - before.sequenceNumber) & 0xffff).toBe(1);
      const step = (packet.timestamp - before.timestamp) >>> 0;
      expect(step).toBeGreaterThan(0);
      expect(step).toBeLessThan(8000);
    });
  });

  test('VOX-119 stops while the leg is held and goes on without a gap in the numbering', async () => {
    const running = await call();
    await expectBothTones(running);
    const { engine, phone, remote, peer } = running;
    await engine.setRtpRemote({ bridgeId: 'b1', remote: { ...remote, direction: 'inactive' } });
    const held = (await engine.stats('b1')).rtp.sent.packets;
    const before = (await engine.stats('b1')).webrtc.received.packets;
    await vi.waitFor(async () => {
      expect((await engine.stats('b1')).webrtc.received.packets).toBeGreaterThan(before + 10);
    }, WAIT);
    expect((await engine.stats('b1')).rtp.sent.packets).toBe(held);
    await engine.setRtpRemote({ bridgeId: 'b1', remote });
    const heard = phone.stats().received.packets;
    await vi.waitFor(() => {
      expect(phone.stats().received.packets).toBeGreaterThan(heard + 10);
      expect(Math.abs(running.phoneHears.tone().frequency - 440)).toBeLessThan(5);
    }, WAIT);
    expect(phone.stats().received.lost).toBe(0);
    peer.play(0);
  });
});

describe('keys', () => {
  test('VOX-120 pressed in the browser reach the far side in order and once', async () => {
    const { peer, phone, keys } = await call();
    const atPhone: string[] = [];
    phone.onDtmf((digit) => atPhone.push(digit));
    peer.play(440);
    await peer.press('1234#');
    await vi.waitFor(() => expect(atPhone.join('')).toBe('1234#'), WAIT);
    expect(keys).toEqual([...'1234#'].map((digit) => ({ bridgeId: 'b1', side: 'webrtc', digit })));
  });

  test('of the far side are reported once each and not passed on', async () => {
    const { peer, phone, keys } = await call();
    void phone.play(tone(1000));
    await vi.waitFor(() => expect(peer.received.length).toBeGreaterThan(5), WAIT);
    await phone.sendDtmf('0*9D');
    await vi.waitFor(
      () =>
        expect(keys).toEqual([...'0*9D'].map((digit) => ({ bridgeId: 'b1', side: 'rtp', digit }))),
      WAIT,
    );
  });

  test('NUM-060 are sent on request, with audio before and after', async () => {
    const running = await call();
    await expectBothTones(running);
    const atPhone: string[] = [];
    running.phone.onDtmf((digit) => atPhone.push(digit));
    await Promise.all([
      running.engine.sendDtmf({ bridgeId: 'b1', digits: '55' }),
      running.engine.sendDtmf({ bridgeId: 'b1', digits: '6', toneMs: 40, gapMs: 30 }),
    ]);
    expect(atPhone.join('')).toBe('556');
    await expectBothTones(running);
    expect(running.phone.stats().received.lost).toBe(0);
  });

  test('are refused when the far side takes none, or they are no keys', async () => {
    const { engine, remote } = await call();
    const { dtmfPayloadType: _, ...without } = remote;
    await engine.setRtpRemote({ bridgeId: 'b1', remote: without });
    await expect(engine.sendDtmf({ bridgeId: 'b1', digits: '1' })).rejects.toMatchObject({
      code: 'dtmf-unavailable',
    });
    await expect(engine.sendDtmf({ bridgeId: 'b1', digits: 'x' })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });
});

test('what the far side gets is one RTP stream of the negotiated payload type', async () => {
  const running = await call();
  const raw = createSocket('udp4');
  await new Promise<void>((resolve) => raw.bind(0, '127.0.0.1', resolve));
  afterTest(() => raw.close());
  const packets: NonNullable<ReturnType<typeof parseRtp>>[] = [];
  raw.on('message', (datagram) => {
    const packet = parseRtp(datagram);
    if (packet !== null) packets.push(packet);
  });
  const remote = { ...running.remote, port: raw.address().port };
  await running.engine.setRtpRemote({ bridgeId: 'b1', remote });
  running.peer.play(440);
  await vi.waitFor(() => expect(packets.length).toBeGreaterThan(20), WAIT);
  expect(new Set(packets.map(({ ssrc }) => ssrc)).size).toBe(1);
  expect(new Set(packets.map(({ payloadType }) => payloadType))).toEqual(new Set([8]));
  expect(packets[0]?.marker).toBe(true);
});
