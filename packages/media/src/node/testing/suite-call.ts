/** Calls through any media engine, for the tests all engines share. */
import type { DominantTone } from '../../audio/detect.ts';
import type {
  CodecName,
  CreatedBridge,
  MediaEngine,
  MediaEngineEvent,
  MediaEngineEvents,
} from '../../engine.ts';
import { TestPhone, type TestPhoneOptions } from './test-phone.ts';
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

/** Waits until something holds; a throw counts as not yet. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  explain: () => unknown = () => '',
): Promise<void> {
  const deadline = performance.now() + WAIT.timeout;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      throw new Error(`waited in vain for ${what} ${JSON.stringify(explain())}`);
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT.interval));
  }
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

export async function openPhone(options: TestPhoneOptions = {}): Promise<TestPhone> {
  const phone = await TestPhone.open(options);
  cleanups.push(() => phone.close());
  return phone;
}

export async function openPeer(): Promise<WebPeer> {
  const peer = await WebPeer.open();
  cleanups.push(() => peer.close());
  return peer;
}

let calls = 0;

export interface WebCall {
  engine: MediaEngine;
  bridgeId: string;
  bridge: CreatedBridge;
  phone: TestPhone;
  peer: WebPeer;
  answerSdp: string;
}

/** Answers the peer's offer and waits until it is connected. */
export async function connect(
  engine: MediaEngine,
  bridgeId: string,
  peer: WebPeer,
  codecs?: CodecName[],
): Promise<string> {
  const offerSdp = await peer.offer();
  const { answerSdp } = await engine.answerWebRtc({
    bridgeId,
    offerSdp,
    ...(codecs === undefined ? {} : { codecs }),
  });
  await peer.accept(answerSdp);
  await until('a connected browser', () => peer.connection.connectionState === 'connected');
  return answerSdp;
}

/** A call between a browser and a phone. */
export async function webCall(
  engine: MediaEngine,
  o: Pick<TestPhoneOptions, 'srtp' | 'dtmfClockRate'> & {
    web?: CodecName;
    phone?: CodecName;
    isPhoneFirst?: boolean;
  } = {},
): Promise<WebCall> {
  const bridgeId = `web-${++calls}`;
  const bridge = await engine.createBridge({ bridgeId, rtpAddress: '127.0.0.1' });
  const phone = await openPhone({
    codec: o.phone ?? 'PCMA',
    ...(o.srtp === undefined ? {} : { srtp: o.srtp }),
    ...(o.dtmfClockRate === undefined ? {} : { dtmfClockRate: o.dtmfClockRate }),
  });
  phone.sendTo(bridge.rtp);
  const peer = await openPeer();
  const setRemote = () => engine.setRtpRemote({ bridgeId, remote: phone.remote() });
  if (o.isPhoneFirst === true) await setRemote();
  const codecs = o.web === undefined ? undefined : [o.web];
  const answerSdp = await connect(engine, bridgeId, peer, codecs);
  if (o.isPhoneFirst !== true) await setRemote();
  return { engine, bridgeId, bridge, phone, peer, answerSdp };
}

/** A call between two phones. */
export async function relayCall(engine: MediaEngine, a: TestPhoneOptions, b: TestPhoneOptions) {
  const bridgeId = `relay-${++calls}`;
  const bridge = await engine.createBridge({ bridgeId, rtpAddress: '127.0.0.1', kind: 'relay' });
  if (bridge.far === undefined) throw new Error('a relay without a far leg');
  const near = await openPhone(a);
  const far = await openPhone(b);
  near.sendTo(bridge.rtp);
  far.sendTo(bridge.far);
  await engine.setRtpRemote({ bridgeId, side: 'rtp', remote: near.remote() });
  await engine.setRtpRemote({ bridgeId, side: 'far', remote: far.remote() });
  return { engine, bridgeId, bridge, near, far };
}

/** Who can be listened to. */
interface Listener {
  readonly hearing: DominantTone;
  forget(): void;
}

const isTone = ({ frequency, share }: DominantTone, expected: number) =>
  Math.abs(frequency - expected) < 8 && share > 0.85;

/** Waits until each hears its frequency in Hz, in audio that arrived after this was called. */
export async function expectTones(...pairs: [Listener, number][]): Promise<void> {
  for (const [listener] of pairs) listener.forget();
  await until(
    `tones of ${pairs.map(([, frequency]) => frequency).join(' and ')} Hz`,
    () => pairs.every(([listener, frequency]) => isTone(listener.hearing, frequency)),
    () => pairs.map(([listener]) => listener.hearing),
  );
}

/** The browser's 440 Hz are heard at the phone, the phone's 1 kHz at the browser. */
export async function expectBothWays({ peer, phone }: { peer: WebPeer; phone: TestPhone }) {
  peer.play(440);
  phone.play(1000);
  await expectTones([phone, 440], [peer, 1000]);
}
