import { isIP } from 'node:net';
import type { CallId } from '@trunkline/contracts/ids.ts';
import type { CodecName, MediaEngine, RtpLocal, RtpRemote } from '@trunkline/media/engine.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { Codec } from '@trunkline/sip/sdp/codec.ts';
import {
  completeOffer,
  createAnswer,
  createOffer,
  type MediaCapabilities,
  type NegotiatedMedia,
} from '@trunkline/sip/sdp/offer-answer.ts';
import { parseSdp } from '@trunkline/sip/sdp/parse.ts';
import { serializeSdp } from '@trunkline/sip/sdp/serialize.ts';
import type { SessionDescription } from '@trunkline/sip/sdp/session-description.ts';
import type { ReinviteAnswer } from './pbx.ts';

/** What we speak towards the PBX, in order of preference (LIN-074: A-law always). */
const codecs: readonly Codec[] = [
  { name: 'PCMA', payloadType: 8, clockRate: 8000 },
  { name: 'PCMU', payloadType: 0, clockRate: 8000 },
];
const telephoneEvent = { payloadType: 101, events: '0-15' };
const packetMs = 20;

export interface MediaEnvironment {
  engine: MediaEngine;
  rtp: { bindAddress: string; advertisedAddress: string };
  logger: Logger;
}

/** The two sides did not agree on media. */
export class NegotiationFailed extends Error {
  override readonly name = 'NegotiationFailed';
}

/** The media of one call: a bridge of the engine, and offer and answer towards the PBX. */
export class CallMedia {
  private readonly env: MediaEnvironment;
  private readonly bridgeId: CallId;
  private readonly local: RtpLocal;
  private readonly sessionId = String(Date.now());
  private version = 0;
  private lastOffer:
    | { description: SessionDescription; capabilities: MediaCapabilities }
    | undefined;
  private remote: RtpRemote | undefined;
  private work: Promise<unknown> = Promise.resolve();

  private constructor(env: MediaEnvironment, bridgeId: CallId, local: RtpLocal) {
    this.env = env;
    this.bridgeId = bridgeId;
    this.local = local;
  }

  /**
   * Opens the bridge and answers the browser.
   * @throws MediaEngineError
   */
  static async open(
    env: MediaEnvironment,
    callId: CallId,
    offerSdp: string,
  ): Promise<{ media: CallMedia; answerSdp: string }> {
    const { rtp } = await env.engine.createBridge({
      bridgeId: callId,
      rtpAddress: env.rtp.bindAddress,
    });
    const media = new CallMedia(env, callId, rtp);
    try {
      const { answerSdp } = await env.engine.answerWebRtc({ bridgeId: callId, offerSdp });
      return { media, answerSdp };
    } catch (error) {
      media.close();
      throw error;
    }
  }

  /** Our offer to the PBX. */
  offer(): string {
    const capabilities = this.capabilities();
    const description = createOffer(capabilities);
    this.lastOffer = { description, capabilities };
    return serializeSdp(description);
  }

  /**
   * Takes the PBX's answer to our last offer.
   * @throws NegotiationFailed, SdpParseError, MediaEngineError
   */
  async acceptAnswer(sdp: string): Promise<void> {
    const offered = this.lastOffer;
    if (!offered) throw new NegotiationFailed('an answer without an offer');
    const result = completeOffer(offered.description, parseSdp(sdp), offered.capabilities);
    if (!result.ok) throw new NegotiationFailed(result.error);
    await this.setRemote(result.negotiated);
  }

  /**
   * Answers an offer of the PBX.
   * @throws NegotiationFailed, SdpParseError, MediaEngineError
   */
  async answerOffer(sdp: string): Promise<string> {
    const result = createAnswer(parseSdp(sdp), this.capabilities());
    if (!result.ok) throw new NegotiationFailed(result.error);
    await this.setRemote(result.negotiated);
    return serializeSdp(result.answer);
  }

  /** Answers a re-INVITE: hold, resume, another codec or address. What cannot be met changes nothing. */
  async renegotiate(sdp: string | null): Promise<ReinviteAnswer> {
    try {
      return { sdp: sdp === null ? this.offer() : await this.answerOffer(sdp) };
    } catch (error) {
      this.env.logger.warn({ call: this.bridgeId, err: error }, 're-INVITE not met');
      return { status: 488 };
    }
  }

  /** Answers a new offer of the same browser: ICE restart, or a reloaded page. */
  async reattach(offerSdp: string): Promise<string> {
    const { answerSdp } = await this.env.engine.answerWebRtc({ bridgeId: this.bridgeId, offerSdp });
    return answerSdp;
  }

  /** Sends digits to the PBX; resolves after the last. */
  dtmf(digits: string): Promise<void> {
    return this.env.engine.sendDtmf({ bridgeId: this.bridgeId, digits });
  }

  close(): void {
    this.env.engine.closeBridge(this.bridgeId).catch((error: unknown) => {
      this.env.logger.error({ call: this.bridgeId, err: error }, 'bridge could not be closed');
    });
  }

  private capabilities(): MediaCapabilities {
    return {
      address: this.env.rtp.advertisedAddress,
      port: this.local.port,
      codecs,
      telephoneEvent,
      direction: 'sendrecv',
      ptime: packetMs,
      session: { id: this.sessionId, version: ++this.version },
    };
  }

  /** In order; the same again (183, then 200) is left alone, so that no new source is let in. */
  private setRemote(negotiated: NegotiatedMedia): Promise<void> {
    const set = this.work.then(async () => {
      const remote = remoteOf(negotiated, this.remote);
      if (JSON.stringify(remote) === JSON.stringify(this.remote)) return;
      await this.env.engine.setRtpRemote({ bridgeId: this.bridgeId, remote });
      this.remote = remote;
    });
    this.work = set.catch(() => undefined);
    return set;
  }
}

function remoteOf(negotiated: NegotiatedMedia, before: RtpRemote | undefined): RtpRemote {
  const { remoteAddress, remotePort, dtmf, ptime } = negotiated;
  const remote: RtpRemote = {
    address: remoteAddress,
    port: remotePort,
    codec: codecName(negotiated.codec),
    payloadType: negotiated.sendPayloadType,
    ...(dtmf ? { dtmfPayloadType: dtmf.sendPayloadType } : {}),
    direction: negotiated.direction,
    ptimeMs: ptime,
  };
  // Held the old way (RFC 3264 §8.4): the place stays, nothing is sent there.
  if (remoteAddress === '0.0.0.0' || remoteAddress === '::') {
    if (!before) throw new NegotiationFailed('no-connection-address');
    return { ...remote, address: before.address, port: before.port };
  }
  if (isIP(remoteAddress) === 0) throw new NegotiationFailed('media at a host name');
  return remote;
}

function codecName(codec: Codec): CodecName {
  return codec.name.toUpperCase() === 'PCMU' ? 'PCMU' : 'PCMA';
}
