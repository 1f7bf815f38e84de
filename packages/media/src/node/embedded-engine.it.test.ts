import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSine } from '../audio/tone.ts';
import type {
  CodecName,
  EngineSettings,
  MediaEngine,
  MediaEngineEvent,
  MediaEngineEvents,
  RtpRemote,
} from '../engine.ts';
import { encodeG711 } from '../g711.ts';
import { parseRtp, serializeRtp } from '../rtp.ts';
import { startEmbeddedEngine } from './embedded-engine.ts';
import { openRtpEndpoint, type RtpEndpoint } from './rtp-endpoint.ts';
import { listen } from './testing/hearing.ts';
import { WebPeer } from './testing/web-peer.ts';

const WAIT = { timeout: 8_000, interval: 20 };
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startEngine(overrides: Partial<EngineSettings> = {}): Promise<MediaEngine> {
  const engine = await startEmbeddedEngine({
    announcedAddresses: ['127.0.0.1'],
    rtpPortMin: 0,
    rtpPortMax: 0,
    maxBridges: 4,
    silentAfterMs: 5_000,
    ...overrides,
  });
  cleanups.push(() => engine.close());
  return engine;
}

function record<E extends MediaEngineEvent>(engine: MediaEngine, event: E): MediaEngineEvents[E][] {
  const details: MediaEngineEvents[E][] = [];
  engine.on(event, (detail) => details.push(detail));
  return details;
}

async function openPhone(address = '127.0.0.1'): Promise<RtpEndpoint> {
  const phone = await openRtpEndpoint({ address, portMin: 0, portMax: 0 });
  cleanups.push(() => phone.close());
  return phone;
}

async function openPeer(): Promise<WebPeer> {
  const peer = await WebPeer.open();
  cleanups.push(() => peer.close());
  return peer;
}

async function openStranger(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  cleanups.push(() => socket.close());
  return socket;
}

const tone = (frequency: number) => {
  const sine = createSine({ frequency });
  return () => sine(160);
};

const remoteOf = (phone: RtpEndpoint, more: Partial<RtpRemote> = {}): RtpRemote => ({
  address: '127.0.0.1',
  port: phone.port,
  codec: 'PCMA',
  payloadType: 8,
  dtmfPayloadType: 101,
  direction: 'sendrecv',
  ...more,
});

/** A whole call: browser, bridge, phone; the phone speaks `law`. */
async function call(
  o: { law?: CodecName; preferred?: CodecName; settings?: Partial<EngineSettings> } = {},
) {
  const { law = 'PCMA' } = o;
  const engine = await startEngine(o.settings);
  const keys = record(engine, 'dtmf');
  const { rtp } = await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
  const phone = await openPhone();
  const payloadType = law === 'PCMA' ? 8 : 0;
  phone.setRemote({ ...remoteOf(phone), port: rtp.port, codec: law, payloadType });
  const remote = remoteOf(phone, { codec: law, payloadType });
  await engine.setRtpRemote({ bridgeId: 'b1', remote });
  const peer = await openPeer();
  const connected = record(engine, 'webrtc-connected');
  const { answerSdp } = await engine.answerWebRtc({
    bridgeId: 'b1',
    offerSdp: await peer.offer(),
    ...(o.preferred === undefined ? {} : { preferred: o.preferred }),
  });
  await peer.accept(answerSdp);
  await vi.waitFor(() => expect(connected).toEqual([{ bridgeId: 'b1' }]), WAIT);
  await vi.waitFor(() => expect(peer.connection.connectionState).toBe('connected'), WAIT);
  return { engine, keys, rtp, phone, remote, peer, answerSdp, phoneHears: listen(phone) };
}

async function expectBothTones(o: Awaited<ReturnType<typeof call>>) {
  o.peer.forget();
  o.phoneHears.forget();
  o.peer.play(440);
  void o.phone.play(tone(1000));
  await vi.waitFor(() => {
    const atPhone = o.phoneHears.tone();
    expect(Math.abs(atPhone.frequency - 440)).toBeLessThan(5);
    expect(atPhone.share).toBeGreaterThan(0.9);
    const atBrowser = o.peer.hearing;
    expect(Math.abs(atBrowser.frequency - 1000)).toBeLessThan(5);
    expect(atBrowser.share).toBeGreaterThan(0.9);
  }, WAIT);
}

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
    cleanups.push(() => pbx.close());
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
          { bridgeId: 'b1', source: { address: '127.0.0.1', port: phone.port } },
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

describe('limits', () => {
  test('VOX-121 LIN-077 a range of 10 ports carries 5 bridges, a sixth is refused, running ones go on', async () => {
    // Below the range the system takes free ports from, so nobody has one of these by chance.
    const first = 10_000 + 10 * randomInt(900);
    const engine = await startEngine({
      rtpPortMin: first,
      rtpPortMax: first + 9,
      maxBridges: 10,
    });
    const ports = [];
    for (let i = 0; i < 5; i++) {
      ports.push(
        (await engine.createBridge({ bridgeId: `b${i}`, rtpAddress: '127.0.0.1' })).rtp.port,
      );
    }
    expect([...ports].sort()).toEqual([0, 2, 4, 6, 8].map((offset) => first + offset));
    await expect(
      engine.createBridge({ bridgeId: 'more', rtpAddress: '127.0.0.1' }),
    ).rejects.toMatchObject({ code: 'rtp-ports-exhausted' });
    expect((await engine.stats('b0')).bridgeId).toBe('b0');
    await engine.closeBridge('b3');
    const { rtp } = await engine.createBridge({ bridgeId: 'more', rtpAddress: '127.0.0.1' });
    expect(rtp.port).toBe(ports[3]);
  });

  test('bridges are counted, ids unique, closed ones unknown', async () => {
    const engine = await startEngine({ maxBridges: 1 });
    const create = (bridgeId: string, rtpAddress = '127.0.0.1') =>
      engine.createBridge({ bridgeId, rtpAddress });
    await create('b1');
    await expect(create('b1')).rejects.toMatchObject({ code: 'bridge-exists' });
    await expect(create('b2')).rejects.toMatchObject({ code: 'too-many-bridges' });
    await engine.closeBridge('b1');
    await engine.closeBridge('b1');
    await expect(engine.stats('b1')).rejects.toMatchObject({ code: 'bridge-unknown' });
    await expect(create('b3', 'localhost')).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(create('b3', '203.0.113.7')).rejects.toMatchObject({
      code: 'rtp-address-unusable',
    });
    await create('b3');
  });

  test('a bridge without any packet is closed after the idle limit', async () => {
    const engine = await startEngine({ idleLimitMs: 200 });
    const expired = record(engine, 'bridge-expired');
    await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
    await vi.waitFor(() => expect(expired).toEqual([{ bridgeId: 'b1' }]), WAIT);
    await expect(engine.stats('b1')).rejects.toMatchObject({ code: 'bridge-unknown' });
  });

  test('VOX-119 the silence of a side is told once, and again after it has spoken', async () => {
    const running = await call({ settings: { silentAfterMs: 500 } });
    const silent = record(running.engine, 'media-silent');
    const ofPhone = () => silent.filter(({ side }) => side === 'rtp');
    await expectBothTones(running);
    running.phone.stop();
    await vi.waitFor(() => expect(ofPhone()).toHaveLength(1), WAIT);
    expect(ofPhone()[0]?.silentMs).toBeGreaterThanOrEqual(500);
    await expectBothTones(running);
    expect(ofPhone()).toHaveLength(1);
    running.phone.stop();
    await vi.waitFor(() => expect(ofPhone()).toHaveLength(2), WAIT);
  });
});

test('what the far side gets is one RTP stream of the negotiated payload type', async () => {
  const running = await call();
  const raw = createSocket('udp4');
  await new Promise<void>((resolve) => raw.bind(0, '127.0.0.1', resolve));
  cleanups.push(() => raw.close());
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
