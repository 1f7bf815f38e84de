import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createSine } from '../audio/tone.ts';
import type { CodecName, MediaEngineEvents } from '../engine.ts';
import { type ForkedEngine, startForkedEngine } from './forked-engine.ts';
import { openRtpEndpoint } from './rtp-endpoint.ts';
import { listen } from './testing/hearing.ts';

const CHROMIUM = '/usr/bin/chromium';
const WAIT = { timeout: 20_000, interval: 50 };
const lanAddress = Object.values(networkInterfaces())
  .flat()
  .find((face) => face !== undefined && face.family === 'IPv4' && !face.internal)?.address;

/** Runs in the page: what the tests ask of it. */
const PAGE = `<!doctype html><title>peer</title><script>
const context = new AudioContext({ sampleRate: 48000 });
let connection, sender, analyser;
const complete = () => new Promise((resolve) => {
  if (connection.iceGatheringState === 'complete') return resolve();
  connection.addEventListener('icegatheringstatechange', () => {
    if (connection.iceGatheringState === 'complete') resolve();
  });
});
window.call = async (hz) => {
  const oscillator = context.createOscillator();
  oscillator.frequency.value = hz;
  const out = context.createMediaStreamDestination();
  oscillator.connect(out);
  oscillator.start();
  connection = new RTCPeerConnection({ iceServers: [], bundlePolicy: 'max-bundle' });
  connection.ontrack = ({ track }) => {
    const stream = new MediaStream([track]);
    const audio = new Audio();
    audio.srcObject = stream;
    audio.play();
    analyser = context.createAnalyser();
    analyser.fftSize = 16384;
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(stream).connect(analyser);
  };
  sender = connection.addTrack(out.stream.getAudioTracks()[0], out.stream);
};
window.offer = async (options) => {
  await connection.setLocalDescription(await connection.createOffer(options));
  await complete();
  return connection.localDescription.sdp;
};
window.accept = (sdp) => connection.setRemoteDescription({ type: 'answer', sdp });
window.hearing = () => {
  if (analyser === undefined) return { hz: 0, db: -200 };
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  let peak = 5;
  for (let i = 5; i < bins.length; i++) if (bins[i] > bins[peak]) peak = i;
  return { hz: (peak * 48000) / analyser.fftSize, db: bins[peak] };
};
window.press = (digits) => sender.dtmf.insertDTMF(digits, 100, 70);
window.hangUp = () => connection.close();
</script>`;

const tone = (frequency: number) => {
  const sine = createSine({ frequency });
  return () => sine(160);
};

describe.skipIf(!existsSync(CHROMIUM))('Chromium (needs /usr/bin/chromium)', () => {
  let server: Server;
  let engine: ForkedEngine;
  let browser: Browser;
  const keys: string[] = [];
  const lost: MediaEngineEvents['webrtc-lost'][] = [];
  let calls = 0;

  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(PAGE);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    engine = await startForkedEngine({
      announcedAddresses: lanAddress === undefined ? ['127.0.0.1'] : ['127.0.0.1', lanAddress],
      rtpPortMin: 0,
      rtpPortMax: 0,
      maxBridges: 8,
      silentAfterMs: 5_000,
    });
    engine.on('dtmf', ({ side, digit }) => keys.push(`${side} ${digit}`));
    engine.on('webrtc-lost', (detail) => lost.push(detail));
    browser = await launch([
      '--allow-loopback-in-peer-connection',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ]);
  });

  afterAll(async () => {
    await browser?.close();
    await engine?.close();
    server?.close();
  });

  function launch(more: string[]): Promise<Browser> {
    return chromium.launch({
      executablePath: CHROMIUM,
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--autoplay-policy=no-user-gesture-required',
        ...more,
      ],
    });
  }

  async function openPage(from: Browser): Promise<Page> {
    const page = await from.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return page;
  }

  async function negotiate(page: Page, bridgeId: string, options = ''): Promise<string> {
    const offerSdp = await page.evaluate<string>(`offer(${options})`);
    const { answerSdp } = await engine.answerWebRtc({ bridgeId, offerSdp });
    await page.evaluate(`accept(${JSON.stringify(answerSdp)})`);
    return offerSdp;
  }

  /** A call between a page and a phone that speaks `law`. */
  async function call(page: Page, law: CodecName = 'PCMA') {
    const bridgeId = `call-${calls++}`;
    const { rtp } = await engine.createBridge({ bridgeId, rtpAddress: '127.0.0.1' });
    const phone = await openRtpEndpoint({ address: '127.0.0.1', portMin: 0, portMax: 0 });
    const far = {
      address: '127.0.0.1',
      codec: law,
      payloadType: law === 'PCMA' ? 8 : 0,
      dtmfPayloadType: 101,
      direction: 'sendrecv',
    } as const;
    phone.setRemote({ ...far, port: rtp.port });
    await engine.setRtpRemote({ bridgeId, remote: { ...far, port: phone.port } });
    const heard = listen(phone);
    await page.evaluate('call(440)');
    const offerSdp = await negotiate(page, bridgeId);
    void phone.play(tone(1000));
    return { bridgeId, phone, heard, offerSdp };
  }

  async function expectBothTones(page: Page, heard: ReturnType<typeof listen>): Promise<void> {
    heard.forget();
    await vi.waitFor(async () => {
      const { frequency, share } = heard.tone();
      expect(Math.abs(frequency - 440)).toBeLessThan(5);
      expect(share).toBeGreaterThan(0.9);
      const { hz, db } = await page.evaluate<{ hz: number; db: number }>('hearing()');
      expect(Math.abs(hz - 1000)).toBeLessThan(10);
      expect(db).toBeGreaterThan(-60);
    }, WAIT);
  }

  test.each<CodecName>(['PCMA', 'PCMU'])(
    'VOX-116 LIN-084 sends 440 Hz to a %s phone and hears its 1 kHz',
    async (law) => {
      const page = await openPage(browser);
      const { phone, heard, bridgeId } = await call(page, law);
      await expectBothTones(page, heard);
      const { webrtc } = await engine.stats(bridgeId);
      expect(webrtc.received.lost).toBe(0);
      phone.close();
      await page.close();
      await engine.closeBridge(bridgeId);
    },
  );

  test('VOX-120 its keypad reaches the phone in order and once', async () => {
    const page = await openPage(browser);
    const { phone, heard, bridgeId } = await call(page);
    await expectBothTones(page, heard);
    const atPhone: string[] = [];
    phone.onDtmf((digit) => atPhone.push(digit));
    keys.length = 0;
    await page.evaluate(`press('1234#')`);
    await vi.waitFor(() => expect(atPhone.join('')).toBe('1234#'), WAIT);
    expect(keys).toEqual([...'1234#'].map((digit) => `webrtc ${digit}`));
    await expectBothTones(page, heard);
    phone.close();
    await page.close();
    await engine.closeBridge(bridgeId);
  });

  test('VOX-118 goes on after an ICE restart, and its end is noticed', async () => {
    const page = await openPage(browser);
    const { phone, heard, bridgeId } = await call(page);
    await expectBothTones(page, heard);
    await negotiate(page, bridgeId, '{ iceRestart: true }');
    await vi.waitFor(async () => {
      expect((await engine.stats(bridgeId)).webrtc.iceState).toBe('connected');
    }, WAIT);
    await expectBothTones(page, heard);
    await page.evaluate('hangUp()');
    await vi.waitFor(() => expect(lost).toContainEqual({ bridgeId, reason: 'dtls-closed' }), WAIT);
    phone.close();
    await page.close();
    await engine.closeBridge(bridgeId);
  });

  test.skipIf(lanAddress === undefined)(
    'VOX-118 started as a user starts it (no loopback, .local candidates) speaks over the LAN address',
    async () => {
      const ordinary = await launch([]);
      const page = await openPage(ordinary);
      const { phone, heard, bridgeId, offerSdp } = await call(page);
      expect(offerSdp).toMatch(/ [\w-]+\.local \d+ typ host/);
      expect(offerSdp).not.toContain(' 127.0.0.1 ');
      await expectBothTones(page, heard);
      phone.close();
      await engine.closeBridge(bridgeId);
      await ordinary.close();
    },
  );
});
