/** What every engine behind the port has to do, as tests: each engine runs them all. */
import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CodecName, MediaEngine, SrtpSuite } from '../../engine.ts';
import {
  afterTest,
  cleanUp,
  connect,
  expectBothWays,
  expectTones,
  openPeer,
  openPhone,
  record,
  relayCall,
  until,
  webCall,
} from './suite-call.ts';

export interface SuiteOptions {
  maxBridges?: number;
  silentAfterMs?: number;
  idleLimitMs?: number;
}

/**
 * SRTP packets that come twice are passed on; DTLS is taken from whoever sends it; a browser hears
 * a stream no more that comes back after another one; keys do not pass as events of another clock
 * than the audio's.
 */
export type Weakness = 'replays' | 'dtls-race' | 'returning-ssrc' | 'event-clock';

/** What a suite needs to know of an engine. */
export interface SuiteSubject {
  /** Starts one for a test; the suite closes it. */
  start(options: SuiteOptions): Promise<MediaEngine>;
  /** UDP ports of the RTP legs of engines started now, inclusive. */
  mediaPorts(): { min: number; max: number };
  /** CPU time so far of the process that carries media, µs. */
  cpuUs(): number;
  /** What it is known not to withstand or do, with the reason: these tests are skipped by name. */
  weaknesses: Partial<Record<Weakness, string>>;
  /** What is looked at when a test fails. */
  explain?(): string;
}

/** Starts the engine of a test and has it closed after. */
export async function startSubject(
  subject: SuiteSubject,
  options: SuiteOptions = {},
): Promise<MediaEngine> {
  const engine = await subject.start(options);
  afterTest(() => engine.close());
  return engine;
}

/** Defines a test that is skipped, by name and with the reason, where the subject is weak. */
export function testUnlessWeak(
  subject: SuiteSubject,
  weakness: Weakness,
  name: string,
  body: () => Promise<void>,
): void {
  const reason = subject.weaknesses[weakness];
  test.skipIf(reason !== undefined)(
    reason === undefined ? name : `${name} (skipped: ${reason})`,
    body,
  );
}

/** Prints the subject's own account of a test that failed. */
export function explainFailures(subject: SuiteSubject): void {
  afterEach(async ({ task }) => {
    await cleanUp();
    if (task.result?.state === 'fail') process.stderr.write(`${subject.explain?.() ?? ''}\n`);
  });
}

const SUITES: SrtpSuite[] = [
  'AES_CM_128_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
  'AEAD_AES_128_GCM',
];
const CODECS: CodecName[] = ['PCMA', 'PCMU', 'G722', 'opus'];
const TRANSCODED: [CodecName, CodecName][] = [
  ['PCMA', 'PCMU'],
  ['PCMU', 'G722'],
  ['opus', 'PCMA'],
  ['opus', 'G722'],
  ['G722', 'PCMA'],
];

/** Defines the suite. */
export function engineSuite(subject: SuiteSubject): void {
  explainFailures(subject);
  let engine: MediaEngine;
  beforeEach(async () => {
    engine = await startSubject(subject);
  });

  describe('audio between browser and phone', () => {
    test.each(CODECS)('passes through in both directions: %s', async (codec) => {
      const call = await webCall(engine, { web: codec, phone: codec });
      await expectBothWays(call);
      const { passThrough, webrtc, rtp } = await engine.stats(call.bridgeId);
      expect(passThrough).toBe(true);
      expect(webrtc).toMatchObject({ codec, encrypted: true, iceState: 'connected' });
      expect(rtp).toMatchObject({ codec, encrypted: false });
      expect(call.phone.payloadTypes.size).toBe(1);
    });

    test.each(TRANSCODED)('is transcoded in both directions: %s and %s', async (web, phone) => {
      const call = await webCall(engine, { web, phone });
      await expectBothWays(call);
      expect((await engine.stats(call.bridgeId)).passThrough).toBe(false);
    });

    test('needs no transcoding when the phone is known first and its codec is allowed', async () => {
      const bridgeId = 'known-first';
      const { rtp } = await engine.createBridge({ bridgeId, rtpAddress: '127.0.0.1' });
      const phone = await openPhone({ codec: 'PCMU' });
      phone.sendTo(rtp);
      await engine.setRtpRemote({ bridgeId, remote: phone.remote() });
      const peer = await openPeer();
      const answer = await connect(engine, bridgeId, peer, ['opus', 'PCMA', 'PCMU']);
      expect(answer).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 0 126\r$/m);
      await expectBothWays({ peer, phone });
    });

    test('the answer is one codec with its telephone-event, over ICE and DTLS-SRTP', async () => {
      const { answerSdp } = await webCall(engine, { web: 'PCMA' });
      expect(answerSdp).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 126\r$/m);
      expect(answerSdp).toMatch(/^a=fingerprint:sha-256 /m);
      expect(answerSdp).toMatch(/^a=group:BUNDLE 0\r$/m);
      expect(answerSdp).toMatch(/^a=rtcp-mux\r$/m);
      expect(answerSdp).not.toMatch(/^a=crypto:/m);
    });
  });

  describe('SDES towards the phone', () => {
    test.each(SUITES)('both directions, nothing unprotected: %s', async (srtp) => {
      const call = await webCall(engine, { srtp });
      await expectBothWays(call);
      expect(call.phone.unauthentic).toBe(0);
      expect((await engine.stats(call.bridgeId)).rtp.encrypted).toBe(true);
    });

    test('with transcoding, and the phone known first', async () => {
      const srtp = 'AES_CM_128_HMAC_SHA1_80';
      const call = await webCall(engine, { web: 'opus', phone: 'PCMA', srtp, isPhoneFirst: true });
      await expectBothWays(call);
      expect(call.phone.unauthentic).toBe(0);
    });
  });

  describe('a relay', () => {
    test.each<[string, CodecName, CodecName, SrtpSuite | undefined, SrtpSuite | undefined]>([
      ['passes through', 'PCMA', 'PCMA', undefined, undefined],
      ['transcodes', 'PCMU', 'G722', undefined, undefined],
      ['protects one side', 'PCMA', 'PCMA', 'AES_CM_128_HMAC_SHA1_80', undefined],
      ['protects both', 'PCMA', 'PCMU', 'AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'],
    ])('%s: %s and %s', async (_, a, b, srtpA, srtpB) => {
      const { near, far, bridgeId } = await relayCall(
        engine,
        { codec: a, ...(srtpA === undefined ? {} : { srtp: srtpA }) },
        { codec: b, dtmfPayloadType: 96, ...(srtpB === undefined ? {} : { srtp: srtpB }) },
      );
      near.play(440);
      far.play(1000);
      await expectTones([far, 440], [near, 1000]);
      const stats = await engine.stats(bridgeId);
      expect(stats.kind).toBe('relay');
      expect(stats.passThrough).toBe(a === b);
      expect(stats.rtp.source?.port).toBe(near.port);
      expect(stats.far?.source?.port).toBe(far.port);
    });

    test('passes keys on under the payload type of the side that gets them', async () => {
      const keys = record(engine, 'dtmf');
      const { near, far, bridgeId } = await relayCall(engine, {}, { dtmfPayloadType: 96 });
      near.play(440);
      far.play(1000);
      await expectTones([far, 440], [near, 1000]);
      await near.press('12');
      await far.press('#');
      await until(
        'the keys',
        () => far.keys.length === 2 && near.keys.length === 1 && keys.length === 3,
      );
      expect(far.keys).toEqual(['1', '2']);
      expect(near.keys).toEqual(['#']);
      expect(keys.map(({ side, digit }) => `${side} ${digit}`).sort()).toEqual([
        'far #',
        'rtp 1',
        'rtp 2',
      ]);
      expect(keys.every((key) => key.bridgeId === bridgeId)).toBe(true);
    });
  });

  describe('hold', () => {
    test.each([
      { direction: 'recvonly', toPhone: false, toBrowser: true },
      { direction: 'sendonly', toPhone: true, toBrowser: false },
      { direction: 'inactive', toPhone: false, toBrowser: false },
    ] as const)('$direction, and back', async ({ direction, toPhone, toBrowser }) => {
      const call = await webCall(engine);
      const { phone, peer, bridgeId } = call;
      await expectBothWays(call);
      await engine.setRtpRemote({ bridgeId, remote: phone.remote({ direction }) });
      // What was on its way may still arrive: counted from a moment at which nothing grew.
      if (!toPhone) await quiet(() => phone.packets);
      if (!toBrowser) await quiet(() => peer.received.length);
      if (toPhone) await expectTones([phone, 440]);
      if (toBrowser) await expectTones([peer, 1000]);
      await engine.setRtpRemote({ bridgeId, remote: phone.remote() });
      await expectBothWays(call);
    });
  });

  describe('keys', () => {
    test('of the browser reach the phone under its payload type, and are told once each', async () => {
      const keys = record(engine, 'dtmf');
      const call = await webCall(engine);
      await expectBothWays(call);
      await call.peer.press('19#');
      await until('the keys', () => call.phone.keys.length === 3 && keys.length === 3);
      expect(call.phone.keys.join('')).toBe('19#');
      const { bridgeId } = call;
      expect(keys).toEqual([...'19#'].map((digit) => ({ bridgeId, side: 'webrtc', digit })));
    });

    test('of a browser that speaks Opus reach a G.711 phone', async () => {
      const call = await webCall(engine, { web: 'opus', phone: 'PCMA' });
      await expectBothWays(call);
      await call.peer.press('59');
      await until(
        'the keys',
        () => call.phone.keys.length === 2,
        () => call.phone.keys,
      );
      expect(call.phone.keys.join('')).toBe('59');
    });

    testUnlessWeak(
      subject,
      'event-clock',
      'pass in both directions where a phone with Opus has events of 8 kHz only',
      async () => {
        const keys = record(engine, 'dtmf');
        const call = await webCall(engine, { web: 'opus', phone: 'opus', dtmfClockRate: 8000 });
        const { bridgeId, phone } = call;
        await expectBothWays(call);
        await call.peer.press('5#');
        await until('the keys of the browser', () => phone.keys.length === 2);
        await engine.sendDtmf({ bridgeId, digits: '7', toneMs: 100 });
        await until('the key on request', () => phone.keys.length === 3);
        expect(phone.keys.join('')).toBe('5#7');
        // 100 ms, perhaps told as somewhat longer; at 48 kHz they would be 4800 ticks.
        expect(phone.longestEvent).toBeGreaterThanOrEqual(640);
        expect(phone.longestEvent).toBeLessThan(2400);
        await phone.press('0');
        await until('the key of the phone', () => keys.some(({ side }) => side === 'rtp'));
        expect(keys.map(({ side, digit }) => side + digit)).toEqual(['webrtc5', 'webrtc#', 'rtp0']);
        const { jitterMs } = (await engine.stats(bridgeId)).rtp.received;
        expect(jitterMs).toBeLessThan(40);
        await expectBothWays(call);
      },
    );

    test('of the phone are told once each', async () => {
      const keys = record(engine, 'dtmf');
      const call = await webCall(engine);
      await expectBothWays(call);
      await call.phone.press('0*D');
      await until('the keys', () => keys.length === 3);
      const { bridgeId } = call;
      expect(keys).toEqual([...'0*D'].map((digit) => ({ bridgeId, side: 'rtp', digit })));
    });

    test('are sent on request in order, with audio before and after, and not told as pressed', async () => {
      const keys = record(engine, 'dtmf');
      const call = await webCall(engine);
      const { bridgeId, phone } = call;
      await expectBothWays(call);
      await Promise.all([
        engine.sendDtmf({ bridgeId, digits: '55' }),
        engine.sendDtmf({ bridgeId, digits: '6', toneMs: 60, gapMs: 40 }),
      ]);
      await until(
        'the keys',
        () => phone.keys.length === 3,
        () => phone.keys,
      );
      expect(phone.keys.join('')).toBe('556');
      await expectBothWays(call);
      expect(keys).toEqual([]);
    });

    test('are refused when the phone takes none, while it is held, and when they are no keys', async () => {
      const call = await webCall(engine);
      const { bridgeId, phone } = call;
      await expectBothWays(call);
      const refused = (digits: string) => engine.sendDtmf({ bridgeId, digits });
      await expect(refused('x')).rejects.toMatchObject({ code: 'invalid-argument' });
      await expect(refused('1'.repeat(65))).rejects.toMatchObject({ code: 'invalid-argument' });
      const { dtmfPayloadType: _, ...without } = phone.remote();
      await engine.setRtpRemote({ bridgeId, remote: without });
      await expect(refused('1')).rejects.toMatchObject({ code: 'dtmf-unavailable' });
    });
  });

  describe('changes during a call', () => {
    test('the phone moves to another address: the old one is neither heard nor sent to', async () => {
      const call = await webCall(engine);
      const { bridgeId, bridge, phone, peer } = call;
      await expectBothWays(call);
      const other = await openPhone();
      other.sendTo(bridge.rtp);
      await engine.setRtpRemote({ bridgeId, remote: other.remote() });
      other.play(700);
      phone.play(1000);
      await expectTones([other, 440], [peer, 700]);
      await quiet(() => phone.packets);
      expect((await engine.stats(bridgeId)).rtp.source?.port).toBe(other.port);
    });

    test('the phone changes its codec', async () => {
      const call = await webCall(engine);
      await expectBothWays(call);
      const other = await openPhone({ codec: 'G722' });
      other.sendTo(call.bridge.rtp);
      call.phone.play(0);
      await engine.setRtpRemote({ bridgeId: call.bridgeId, remote: other.remote() });
      await expectBothWays({ peer: call.peer, phone: other });
    });

    test('the page is loaded anew: another connection takes the place of the first', async () => {
      const call = await webCall(engine);
      await expectBothWays(call);
      await call.peer.close();
      const peer = await openPeer();
      await connect(engine, call.bridgeId, peer);
      await expectBothWays({ peer, phone: call.phone });
    });
  });

  describe('events and figures', () => {
    test('tell when the browser is connected and the phone is heard', async () => {
      const connected = record(engine, 'webrtc-connected');
      const started = record(engine, 'rtp-started');
      const call = await webCall(engine);
      const { bridgeId, phone } = call;
      await expectBothWays(call);
      await until('the events', () => connected.length === 1 && started.length === 1);
      expect(connected).toEqual([{ bridgeId }]);
      const source = { address: '127.0.0.1', port: phone.port };
      expect(started).toEqual([{ bridgeId, side: 'rtp', source }]);
    });

    test('tell the silence of a side once', async () => {
      const other = await startSubject(subject, { silentAfterMs: 1500 });
      const silent = record(other, 'media-silent');
      const call = await webCall(other);
      await expectBothWays(call);
      silent.length = 0;
      call.phone.play(0);
      await until('the silence', () => silent.length > 0);
      await expectTones([call.phone, 440]);
      expect(silent).toHaveLength(1);
      expect(silent[0]).toMatchObject({ bridgeId: call.bridgeId, side: 'rtp' });
      expect(silent[0]?.silentMs).toBeGreaterThanOrEqual(1500);
    });

    test('count what each side sent', async () => {
      const call = await webCall(engine);
      await expectBothWays(call);
      await until('a second of audio', async () => {
        const { webrtc, rtp } = await engine.stats(call.bridgeId);
        return webrtc.received.packets > 50 && rtp.received.packets > 50;
      });
      const { rtp, webrtc } = await engine.stats(call.bridgeId);
      expect(rtp.received.bytes / rtp.received.packets).toBeCloseTo(160, 0);
      expect(rtp.source).toEqual({ address: '127.0.0.1', port: call.phone.port });
      expect(rtp.foreign).toBe(0);
      expect(webrtc.received.lastPacketAgeMs).toBeLessThan(1500);
    });

    test('a bridge without any packet is closed and told', async () => {
      const other = await startSubject(subject, { idleLimitMs: 1000 });
      const expired = record(other, 'bridge-expired');
      await other.createBridge({ bridgeId: 'idle', rtpAddress: '127.0.0.1' });
      await until('the end of the bridge', () => expired.length > 0);
      expect(expired).toEqual([{ bridgeId: 'idle' }]);
      await expect(other.stats('idle')).rejects.toMatchObject({ code: 'bridge-unknown' });
    });
  });

  describe('limits and refusals', () => {
    test('ids are unique, bridges counted, closed ones unknown', async () => {
      const small = await startSubject(subject, { maxBridges: 1 });
      const create = (bridgeId: string, rtpAddress = '127.0.0.1') =>
        small.createBridge({ bridgeId, rtpAddress });
      await create('b1');
      await expect(create('b1')).rejects.toMatchObject({ code: 'bridge-exists' });
      await expect(create('b2')).rejects.toMatchObject({ code: 'too-many-bridges' });
      await small.closeBridge('b1');
      await small.closeBridge('b1');
      await expect(small.stats('b1')).rejects.toMatchObject({ code: 'bridge-unknown' });
      await expect(create('b3', 'localhost')).rejects.toMatchObject({ code: 'invalid-argument' });
      await create('b3');
    });

    test('nothing is done for an unknown bridge', async () => {
      const phone = await openPhone();
      const peer = await openPeer();
      const bridgeId = 'nobody';
      const offerSdp = await peer.offer();
      const tries = [
        () => engine.setRtpRemote({ bridgeId, remote: phone.remote() }),
        () => engine.answerWebRtc({ bridgeId, offerSdp }),
        () => engine.sendDtmf({ bridgeId, digits: '1' }),
        () => engine.stats(bridgeId),
      ];
      for (const attempt of tries) {
        await expect(attempt()).rejects.toMatchObject({ code: 'bridge-unknown' });
      }
      await engine.closeBridge(bridgeId);
    });

    test.each([
      ['empty', ''],
      ['no SDP', 'hello'],
      ['no audio', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n'],
    ])('an offer that is %s is refused', async (_, offerSdp) => {
      await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
      await expect(engine.answerWebRtc({ bridgeId: 'b1', offerSdp })).rejects.toMatchObject({
        code: 'offer-unusable',
      });
    });

    test('a closed bridge gives its ports back', async () => {
      const created = [];
      for (let i = 0; i < 8; i++) {
        created.push(await engine.createBridge({ bridgeId: `p${i}`, rtpAddress: '127.0.0.1' }));
      }
      const ports = created.map(({ rtp }) => rtp.port);
      expect(new Set(ports).size).toBe(8);
      expect(ports.every((port) => port % 2 === 0)).toBe(true);
      expect(await isFree(ports[0] as number)).toBe(false);
      for (let i = 0; i < 8; i++) await engine.closeBridge(`p${i}`);
      for (const port of ports) await until(`port ${port}`, () => isFree(port));
    });

    test('a closed engine does nothing any more', async () => {
      const other = await startSubject(subject, { maxBridges: 2 });
      await other.close();
      await expect(
        other.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' }),
      ).rejects.toMatchObject({ code: 'engine-closed' });
    });
  });
}

/** Waits until a counter stands still for 400 ms, and fails when it never does. */
async function quiet(count: () => number): Promise<void> {
  let last = count();
  let since = performance.now();
  await until('silence', () => {
    const now = count();
    if (now !== last) {
      last = now;
      since = performance.now();
    }
    return performance.now() - since > 400;
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () =>
      socket.close(() => resolve(true)),
    );
  });
}
