/** Pages of a real Chromium as the browser side of calls: play a sine, hear, press keys. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { DominantTone } from '../../audio/detect.ts';

const CHROMIUM = '/usr/bin/chromium';

export const chromiumAvailable = (): boolean => existsSync(CHROMIUM);

/** Runs in the page. */
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
  if (analyser === undefined) return { frequency: 0, level: -200, share: 0 };
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  let peak = 5;
  for (let i = 5; i < bins.length; i++) if (bins[i] > bins[peak]) peak = i;
  const frequency = (peak * 48000) / analyser.fftSize;
  return { frequency, level: bins[peak], share: bins[peak] > -60 ? 1 : 0 };
};
window.press = (digits) => sender.dtmf.insertDTMF(digits, 100, 70);
window.hangUp = () => connection.close();
</script>`;

export interface ChromiumPeers {
  /** A page with a connection that sends a sine of so many Hz. */
  open(frequency: number): Promise<ChromiumPeer>;
  close(): Promise<void>;
}

/** Starts a browser that also gathers loopback candidates. */
export async function startChromium(): Promise<ChromiumPeers> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser: Browser = await chromium.launch({
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
      '--allow-loopback-in-peer-connection',
      // With a microphone granted, candidates carry addresses instead of .local names.
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ],
  });
  const { port } = server.address() as AddressInfo;
  return {
    async open(frequency) {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.evaluate(`call(${frequency})`);
      return new ChromiumPeer(page);
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

export class ChromiumPeer {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  offer(o: { iceRestart?: boolean } = {}): Promise<string> {
    return this.#page.evaluate<string>(`offer(${JSON.stringify(o)})`);
  }

  async accept(answerSdp: string): Promise<void> {
    await this.#page.evaluate(`accept(${JSON.stringify(answerSdp)})`);
  }

  /** What is heard now; `share` is 1 for anything above −60 dB. */
  hearing(): Promise<DominantTone> {
    return this.#page.evaluate<DominantTone>('hearing()');
  }

  async press(digits: string): Promise<void> {
    await this.#page.evaluate(`press(${JSON.stringify(digits)})`);
  }

  /** Ends the connection, as an application does before it leaves. */
  async hangUp(): Promise<void> {
    await this.#page.evaluate('hangUp()');
  }

  async close(): Promise<void> {
    await this.#page.close();
  }
}
