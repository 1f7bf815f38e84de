import type { CallId } from '@trunkline/contracts/ids.ts';
import type { AudioCodec } from '@trunkline/contracts/media.ts';
import type { BridgeSide, KeyForm, RtpLocal } from '@trunkline/media/engine.ts';
import { codecsOf, isTelephoneEvent } from '@trunkline/sip/sdp/codec.ts';
import { parseSdp } from '@trunkline/sip/sdp/parse.ts';
import type { MediaEnvironment, MediaPlace } from './leg-media.ts';
import { codecName } from './media-policy.ts';

/** Suffix of the bridge that joins two PBX legs of a call. */
const relaySuffix = '.relay';
/** More than a call joins one after the other. */
let relays = 0;

/** The call a bridge belongs to, as the engine's events name it. */
export function callOfBridge(bridgeId: string): string {
  return bridgeId.split('.')[0] ?? bridgeId;
}

/** The browser's side of a call: a bridge of the engine whose RTP side is a PBX leg's place. */
export class CallMedia {
  readonly place: MediaPlace;
  /** What the browser and we speak. */
  codec: AudioCodec | undefined;
  private readonly env: MediaEnvironment;
  private readonly codecs: readonly AudioCodec[];

  private constructor(env: MediaEnvironment, place: MediaPlace, codecs: readonly AudioCodec[]) {
    this.env = env;
    this.place = place;
    this.codecs = codecs;
  }

  /**
   * Opens the bridge and answers the browser.
   * @param codecs allowed towards the browser, best first (LIN-075)
   * @throws MediaEngineError
   */
  static async open(
    env: MediaEnvironment,
    callId: CallId,
    offerSdp: string,
    codecs: readonly AudioCodec[],
  ): Promise<{ media: CallMedia; answerSdp: string }> {
    const { rtp } = await env.engine.createBridge({
      bridgeId: callId,
      rtpAddress: env.rtp.bindAddress,
    });
    const place: MediaPlace = { bridgeId: callId, side: 'rtp', ...announced(env, rtp) };
    const media = new CallMedia(env, place, codecs);
    try {
      return { media, answerSdp: await media.reattach(offerSdp) };
    } catch (error) {
      media.close();
      throw error;
    }
  }

  /** Answers a new offer: ICE restart, a reloaded page, or another device of the user. */
  async reattach(offerSdp: string): Promise<string> {
    const { answerSdp } = await this.env.engine.answerWebRtc({
      bridgeId: this.place.bridgeId,
      offerSdp,
      codecs: [...this.codecs],
    });
    this.codec = audioCodecOf(answerSdp);
    return answerSdp;
  }

  close(): void {
    closeBridge(this.env, this.place.bridgeId);
  }
}

/** The first codec of an answer the engine made. */
function audioCodecOf(sdp: string): AudioCodec | undefined {
  const media = parseSdp(sdp).media.find(({ media: kind }) => kind === 'audio');
  const [first] = media ? codecsOf(media).filter((codec) => !isTelephoneEvent(codec)) : [];
  return first && codecName(first);
}

/** The bridge that joins two PBX legs. */
export interface Relay {
  readonly bridgeId: string;
  readonly near: MediaPlace;
  readonly far: MediaPlace;
  close(): void;
}

/** @throws MediaEngineError */
export async function openRelay(env: MediaEnvironment, callId: CallId): Promise<Relay> {
  const bridgeId = `${callId}${relaySuffix}${++relays}`;
  const { rtp, far } = await env.engine.createBridge({
    bridgeId,
    rtpAddress: env.rtp.bindAddress,
    kind: 'relay',
  });
  if (!far) throw new Error('the engine made a relay without a far side');
  return {
    bridgeId,
    near: { bridgeId, side: 'rtp', ...announced(env, rtp) },
    far: { bridgeId, side: 'far', ...announced(env, far) },
    close: () => closeBridge(env, bridgeId),
  };
}

/** What the PBX is told: our advertised address, unless the engine runs on a machine of its own. */
function announced({ rtp }: MediaEnvironment, { address, port }: RtpLocal): RtpLocal {
  return { address: address === rtp.bindAddress ? rtp.advertisedAddress : address, port };
}

/** Sends keys into one side of a bridge; resolves after the last. @throws MediaEngineError */
export function sendKeys(
  env: MediaEnvironment,
  o: { bridgeId: string; side: BridgeSide; digits: string; mode: Exclude<KeyForm, 'none'> },
): Promise<void> {
  return env.engine.sendDtmf(o);
}

function closeBridge(env: MediaEnvironment, bridgeId: string): void {
  env.engine.closeBridge(bridgeId).catch((error: unknown) => {
    env.logger.error({ bridge: bridgeId, err: error }, 'bridge could not be closed');
  });
}
