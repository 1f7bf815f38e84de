/** Attackers every engine has to withstand: no call is lost, nothing of a stranger is heard. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { MediaEngine } from '../../engine.ts';
import {
  type Attacker,
  clientHello,
  forgedNext,
  goodbye,
  malformed,
  openAttacker,
  STRANGE_TONE,
  strangeKey,
  strangeRtp,
  stunCheck,
} from './attacker.ts';
import {
  explainFailures,
  type SuiteSubject,
  startSubject,
  testUnlessWeak,
} from './engine-suite.ts';
import {
  afterTest,
  expectBothWays,
  openPeer,
  openPhone,
  record,
  relayCall,
  until,
  type WebCall,
  webCall,
} from './suite-call.ts';

/** CPU a hostile packet may cost, sending it included where engine and test share a process, µs. */
const MAX_CPU_PER_PACKET = 150;
const SUCCESS_RESPONSE = 0x0101;

/** Defines the suite. */
export function attackSuite(subject: SuiteSubject): void {
  explainFailures(subject);
  let engine: MediaEngine;
  beforeEach(async () => {
    engine = await startSubject(subject);
  });

  const foreign = async ({ bridgeId }: WebCall) => {
    const { rtp } = await engine.stats(bridgeId);
    return rtp.foreign + rtp.invalid + rtp.unauthentic;
  };

  describe('an attacker who sends RTP', () => {
    test('VOX-119 before the phone has spoken: not heard, not answered, and the phone is taken after', async () => {
      const call = await webCall(engine);
      const attacker = await openAttacker('127.0.0.2');
      call.peer.play(440);
      const stop = flood(attacker, call.bridge.rtp.port, strangeRtp());
      await until('dropped packets', async () => (await foreign(call)) > 40);
      expectNothingStrange(call);
      expect(call.peer.received).toHaveLength(0);
      await expectBothWays(call);
      stop();
      expectNothingStrange(call);
      expect((await engine.stats(call.bridgeId)).rtp.source?.port).toBe(call.phone.port);
      expect(attacker.received).toEqual([]);
    });

    test.each([
      ['another address', '127.0.0.2'],
      ['another port of the same address', '127.0.0.1'],
    ])('VOX-119 after it, from %s, with its SSRC and next sequence numbers', async (_, address) => {
      const call = await webCall(engine);
      await expectBothWays(call);
      const attacker = await openAttacker(address);
      const before = await foreign(call);
      let ahead = 0;
      const stop = flood(attacker, call.bridge.rtp.port, () =>
        forgedNext(call.phone.sent.at(-1) as Uint8Array, 1 + (ahead++ % 20)),
      );
      await until('dropped packets', async () => (await foreign(call)) > before + 60);
      await expectBothWays(call);
      stop();
      expectNothingStrange(call);
      expect(attacker.received).toEqual([]);
    });

    test('keys and goodbyes he forges do nothing', async () => {
      const keys = record(engine, 'dtmf');
      const call = await webCall(engine);
      await expectBothWays(call);
      const attacker = await openAttacker('127.0.0.2');
      const { port } = call.bridge.rtp;
      for (let i = 0; i < 5; i++) {
        for (const packet of strangeKey('5', call.phone.ssrc)) attacker.send(packet, port);
        for (const to of [port, port + 1]) attacker.send(goodbye(call.phone.ssrc), to);
      }
      await call.phone.press('1');
      await until('the key of the phone', () => keys.length > 0);
      await expectBothWays(call);
      expect(keys.map(({ digit }) => digit)).toEqual(['1']);
    });

    test('to every port: no call of several is lost, nobody answers him', async () => {
      const calls = [await webCall(engine), await webCall(engine)];
      const relay = await relayCall(engine, {}, {});
      for (const call of calls) await expectBothWays(call);
      const attacker = await openAttacker('127.0.0.2');
      const { min, max } = subject.mediaPorts();
      const next = strangeRtp();
      for (let round = 0; round < 20; round++) {
        for (let port = min; port <= max; port++) attacker.send(next(), port);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      for (const call of calls) {
        await expectBothWays(call);
        expectNothingStrange(call);
      }
      relay.near.play(440);
      await until('the relay', () => Math.abs(relay.far.hearing.frequency - 440) < 8);
      expect(attacker.received.filter(isMedia)).toEqual([]);
    });

    test('thousands a second: the CPU time a packet costs is bounded', async () => {
      const call = await webCall(engine);
      await expectBothWays(call);
      const attacker = await openAttacker('127.0.0.2');
      const next = strangeRtp();
      // No more at once: rtpengine 10.5 gives up a port that five times had 50 waiting.
      const packets = Array.from({ length: 20 }, next);
      const before = subject.cpuUs();
      let sent = 0;
      const end = performance.now() + 1000;
      while (performance.now() < end) {
        for (const packet of packets) attacker.send(packet, call.bridge.rtp.port);
        sent += packets.length;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      expect((subject.cpuUs() - before) / sent).toBeLessThan(MAX_CPU_PER_PACKET);
      await expectBothWays(call);
      expectNothingStrange(call);
    });
  });

  describe('an attacker at the browser leg', () => {
    const webPort = (sdp: string) => Number(/^a=candidate:.* 127\.0\.0\.1 (\d+) /m.exec(sdp)?.[1]);
    const ufrag = (sdp: string) => /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1] ?? '';

    testUnlessWeak(
      subject,
      'dtls-race',
      'VOX-118 DTLS from a source ICE has not validated is not answered, and the browser still connects',
      async () => {
        const bridgeId = 'dtls-race';
        const { rtp } = await engine.createBridge({ bridgeId, rtpAddress: '127.0.0.1' });
        const phone = await openPhone();
        phone.sendTo(rtp);
        await engine.setRtpRemote({ bridgeId, remote: phone.remote() });
        const peer = await openPeer();
        const { answerSdp } = await engine.answerWebRtc({ bridgeId, offerSdp: await peer.offer() });
        const attacker = await openAttacker('127.0.0.1');
        const hello = clientHello();
        const stop = flood(attacker, webPort(answerSdp), () => hello);
        await new Promise((resolve) => setTimeout(resolve, 300));
        await peer.accept(answerSdp);
        await until('a connection', () => peer.connection.connectionState === 'connected');
        await expectBothWays({ peer, phone });
        stop();
        expect(attacker.received).toEqual([]);
      },
    );

    test('connectivity checks with a wrong password succeed for nobody', async () => {
      const bridgeId = 'stun-flood';
      await engine.createBridge({ bridgeId, rtpAddress: '127.0.0.1' });
      const peer = await openPeer();
      const offerSdp = await peer.offer();
      const { answerSdp } = await engine.answerWebRtc({ bridgeId, offerSdp });
      const attacker = await openAttacker('127.0.0.1');
      const username = `${ufrag(answerSdp)}:${ufrag(offerSdp)}`;
      const stop = flood(attacker, webPort(answerSdp), () => stunCheck(username));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await peer.accept(answerSdp);
      await until('a connection', () => peer.connection.connectionState === 'connected');
      stop();
      const successes = attacker.received.filter(
        (d) => d.length > 1 && d.readUInt16BE(0) === SUCCESS_RESPONSE,
      );
      expect(successes).toEqual([]);
    });

    test('what is no packet of anything ends nothing, from a stranger or from the phone itself', async () => {
      const call = await webCall(engine);
      await expectBothWays(call);
      const attacker = await openAttacker('127.0.0.2');
      const { port } = call.bridge.rtp;
      for (const datagram of malformed()) {
        for (const to of [port, port + 1, webPort(call.answerSdp)]) attacker.send(datagram, to);
        call.phone.sendRaw(datagram);
      }
      await expectBothWays(call);
    });
  });

  describe('an attacker at a protected leg', () => {
    const srtp = 'AES_CM_128_HMAC_SHA1_80';

    test('unprotected and falsified packets from the phone’s own address are dropped', async () => {
      const call = await webCall(engine, { srtp });
      await expectBothWays(call);
      const before = await foreign(call);
      const next = strangeRtp();
      for (let i = 0; i < 50; i++) {
        call.phone.sendRaw(next());
        const changed = Uint8Array.from(call.phone.sent.at(-1) as Uint8Array);
        changed[20] = (changed[20] as number) ^ 0x55;
        call.phone.sendRaw(changed);
      }
      await until('dropped packets', async () => (await foreign(call)) >= before + 50);
      await expectBothWays(call);
      expectNothingStrange(call);
    });

    testUnlessWeak(subject, 'replays', 'packets that come again are dropped', async () => {
      const call = await webCall(engine, { srtp });
      await expectBothWays(call);
      const recorded = call.phone.sent.slice(-20);
      call.phone.play(0);
      await until('silence', async () => {
        const before = call.peer.received.length;
        await new Promise((resolve) => setTimeout(resolve, 200));
        return call.peer.received.length === before;
      });
      const { length } = call.peer.received;
      const before = (await engine.stats(call.bridgeId)).rtp.unauthentic;
      for (const datagram of recorded) call.phone.sendRaw(datagram);
      await until('dropped packets', async () => {
        return (await engine.stats(call.bridgeId)).rtp.unauthentic >= before + recorded.length;
      });
      expect(call.peer.received).toHaveLength(length);
    });
  });
}

/** Sends a hundred packets a second until it is stopped. */
function flood(attacker: Attacker, port: number, next: () => Uint8Array): () => void {
  const timer = setInterval(() => attacker.send(next(), port), 10);
  const stop = () => clearInterval(timer);
  afterTest(stop);
  return stop;
}

/** Nothing of the stranger's tone is in what either side hears now. */
function expectNothingStrange({ peer, phone }: WebCall): void {
  for (const { frequency } of [peer.hearing, phone.hearing]) {
    expect(Math.abs(frequency - STRANGE_TONE)).toBeGreaterThan(100);
  }
}

/** RTP or RTCP, by the version bits. */
const isMedia = (datagram: Buffer) => (datagram[0] ?? 0) >> 6 === 2;
