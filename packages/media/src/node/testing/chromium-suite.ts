/** Calls of a real browser that every engine has to carry. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CodecName, MediaEngine } from '../../engine.ts';
import { type ChromiumPeer, type ChromiumPeers, startChromium } from './chromium-peer.ts';
import {
  explainFailures,
  type SuiteSubject,
  startSubject,
  testUnlessWeak,
} from './engine-suite.ts';
import { afterTest, openPhone, record, until } from './suite-call.ts';
import type { TestPhone } from './test-phone.ts';

/** Defines the suite. */
export function chromiumSuite(subject: SuiteSubject): void {
  explainFailures(subject);
  let browser: ChromiumPeers;
  let engine: MediaEngine;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    engine = await startSubject(subject);
  });

  async function call(web: CodecName, codec: CodecName) {
    const bridgeId = `${web}-${codec}`;
    const bridge = await engine.createBridge({ bridgeId, rtpAddress: '127.0.0.1' });
    const phone = await openPhone({ codec });
    phone.sendTo(bridge.rtp);
    const peer = await browser.open(440);
    afterTest(() => peer.close());
    const answer = async (o: { iceRestart?: boolean } = {}) => {
      const offerSdp = await peer.offer(o);
      const { answerSdp } = await engine.answerWebRtc({ bridgeId, offerSdp, codecs: [web] });
      await peer.accept(answerSdp);
      return answerSdp;
    };
    const answerSdp = await answer();
    await engine.setRtpRemote({ bridgeId, remote: phone.remote() });
    phone.play(1000);
    return { bridgeId, bridge, phone, peer, answer, answerSdp };
  }

  async function expectBothWays({ phone, peer }: { phone: TestPhone; peer: ChromiumPeer }) {
    phone.forget();
    let page: Awaited<ReturnType<ChromiumPeer['hearing']>> | undefined;
    await until(
      '440 Hz at the phone and 1 kHz in the page',
      async () => {
        const web = await peer.hearing();
        page = web;
        const { frequency, share } = phone.hearing;
        const isHeard = Math.abs(frequency - 440) < 8 && share > 0.85;
        return isHeard && Math.abs(web.frequency - 1000) < 12 && web.level > -60;
      },
      () => ({ phone: phone.hearing, page }),
    );
  }

  describe('Chromium', () => {
    test.each<[CodecName, CodecName]>([
      ['PCMA', 'PCMA'],
      ['G722', 'G722'],
      ['opus', 'PCMA'],
      ['opus', 'G722'],
    ])('speaks %s with a phone that speaks %s, its keys reach it', async (web, codec) => {
      const keys = record(engine, 'dtmf');
      const running = await call(web, codec);
      await expectBothWays(running);
      await running.peer.press('15#');
      await until('the keys', () => running.phone.keys.length === 3 && keys.length === 3);
      expect(running.phone.keys.join('')).toBe('15#');
      expect(keys.map(({ side, digit }) => `${side} ${digit}`).join()).toBe(
        'webrtc 1,webrtc 5,webrtc #',
      );
      await expectBothWays(running);
    });

    test('goes on after an ICE restart', async () => {
      const running = await call('PCMA', 'PCMA');
      await expectBothWays(running);
      const again = await running.answer({ iceRestart: true });
      expect(ufrag(again)).not.toBe(ufrag(running.answerSdp));
      await expectBothWays(running);
    });

    testUnlessWeak(
      subject,
      'returning-ssrc',
      'hears a phone whose stream goes and comes back, as with music on hold',
      async () => {
        const running = await call('PCMA', 'PCMA');
        await expectBothWays(running);
        const own = running.phone.ssrc;
        for (const [ssrc, frequency] of [
          [own + 1, 600],
          [own, 1000],
        ] as const) {
          running.phone.ssrc = ssrc >>> 0;
          running.phone.play(frequency);
          await until(`${frequency} Hz in the page`, async () => {
            const heard = await running.peer.hearing();
            return Math.abs(heard.frequency - frequency) < 12 && heard.level > -60;
          });
        }
      },
    );

    test('is told gone when it has hung up', async () => {
      const lost = record(engine, 'webrtc-lost');
      const { bridgeId, peer, ...running } = await call('PCMA', 'PCMA');
      await expectBothWays({ ...running, peer });
      await peer.hangUp();
      await until('the loss', () => lost.length > 0);
      expect(lost[0]?.bridgeId).toBe(bridgeId);
    });
  });
}

const ufrag = (sdp: string) => /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
