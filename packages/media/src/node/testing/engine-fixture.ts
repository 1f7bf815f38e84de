/** What the tests of the embedded engine share: an engine, a phone, a browser, a whole call. */
import { createSocket, type Socket } from 'node:dgram';
import type { DominantTone } from '../../audio/detect.ts';
import { createSine } from '../../audio/tone.ts';
import type {
  CodecName,
  EngineSettings,
  MediaEngine,
  MediaEngineEvent,
  MediaEngineEvents,
  RtpRemote,
} from '../../engine.ts';
import { startEmbeddedEngine } from '../embedded-engine.ts';
import { openRtpEndpoint, type RtpEndpoint } from '../rtp-endpoint.ts';
import { listen } from './hearing.ts';
import { WebPeer } from './web-peer.ts';

/** Hang guard of every wait. */
export const WAIT = { timeout: 20_000, interval: 20 };
const cleanups: (() => unknown)[] = [];

/** Has something done after the test, the last first. */
export function afterTest(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** Ends what a test has opened; to be called after each. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** Waits until something holds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + WAIT.timeout;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, WAIT.interval));
  }
}

/** An engine in this process, closed after the test. */
export async function startEngine(overrides: Partial<EngineSettings> = {}): Promise<MediaEngine> {
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

/** Collects what an event carries. */
export function record<E extends MediaEngineEvent>(
  engine: MediaEngine,
  event: E,
): MediaEngineEvents[E][] {
  const details: MediaEngineEvents[E][] = [];
  engine.on(event, (detail) => details.push(detail));
  return details;
}

/** A phone at a plain RTP leg. */
export async function openPhone(address = '127.0.0.1'): Promise<RtpEndpoint> {
  const phone = await openRtpEndpoint({ address, portMin: 0, portMax: 0 });
  cleanups.push(() => phone.close());
  return phone;
}

/** A browser's place-holder. */
export async function openPeer(): Promise<WebPeer> {
  const peer = await WebPeer.open();
  cleanups.push(() => peer.close());
  return peer;
}

/** A socket of somebody who has no part in the call. */
export async function openStranger(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  cleanups.push(() => socket.close());
  return socket;
}

/** An endless sine for a phone to play. */
export const tone = (frequency: number) => {
  const sine = createSine({ frequency });
  return () => sine(160);
};

/** What the SDP of a phone says. */
export const remoteOf = (phone: RtpEndpoint, more: Partial<RtpRemote> = {}): RtpRemote => ({
  address: '127.0.0.1',
  port: phone.port,
  codec: 'PCMA',
  payloadType: 8,
  dtmfPayloadType: 101,
  direction: 'sendrecv',
  ...more,
});

/** A whole call: browser, bridge, phone; the phone speaks `law`. */
export async function call(
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
  await until(() => connected.length === 1, 'webrtc-connected');
  await until(() => peer.connection.connectionState === 'connected', 'a connected browser');
  return { engine, keys, rtp, phone, remote, peer, answerSdp, phoneHears: listen(phone) };
}

/** The browser's 440 Hz are heard at the phone, the phone's 1 kHz at the browser. */
export async function expectBothTones(o: Awaited<ReturnType<typeof call>>) {
  o.peer.forget();
  o.phoneHears.forget();
  o.peer.play(440);
  void o.phone.play(tone(1000));
  const hears = ({ frequency, share }: DominantTone, expected: number) =>
    Math.abs(frequency - expected) < 5 && share > 0.9;
  await until(
    () => hears(o.phoneHears.tone(), 440) && hears(o.peer.hearing, 1000),
    '440 Hz at the phone and 1 kHz at the browser',
  );
}
