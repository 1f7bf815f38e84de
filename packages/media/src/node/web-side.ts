/**
 * The browser's side of a bridge. Its connection may be replaced (page reloaded); the outgoing
 * stream, the counters and the keys it pressed go on.
 */
import { describeCodec } from '../codec.ts';
import type { CodecName, EngineSettings, WebRtcLegStats, WebRtcLostReason } from '../engine.ts';
import type { RtpPacket } from '../rtp.ts';
import type { WebOffer } from '../web-offer.ts';
import { AudioLeg } from './audio-leg.ts';
import { WebLeg } from './web-leg.ts';

export interface WebSideHandlers {
  onAudio(packet: RtpPacket, codec: CodecName, nowMs: number): void;
  /** @param digit the key that begins with the packet */
  onTelephoneEvent(packet: RtpPacket, clockRate: number, digit: string | undefined): void;
  onConnected(): void;
  onLost(reason: WebRtcLostReason): void;
}

export class WebSide {
  readonly audio: AudioLeg;
  readonly #settings: EngineSettings;
  readonly #handlers: WebSideHandlers;
  #leg: WebLeg | undefined;
  #answering: Promise<unknown> = Promise.resolve();
  #upSince: number | undefined;
  #closed = false;

  constructor(settings: EngineSettings, handlers: WebSideHandlers) {
    this.#settings = settings;
    this.#handlers = handlers;
    this.audio = new AudioLeg({
      transmit: (buffer, length) => this.#leg?.sendRtp(buffer, length),
      transmitRtcp: (datagram) => this.#leg?.sendRtcp(datagram),
      canSend: () => this.#leg?.isUp ?? false,
      roundTripMs: () => this.#leg?.roundTripMs ?? null,
    });
  }

  /** Since when packets are due: the last one, or when the browser could first send. */
  get quietSince(): number | undefined {
    if (this.#upSince === undefined) return undefined;
    return Math.max(this.#upSince, this.audio.reception.lastAt ?? 0);
  }

  /**
   * Answers an offer; offers that come at once are answered one after the other.
   * @param offer as read for a new connection
   * @param reread reads it for the connection there is, whose codec stays
   */
  answer(offer: WebOffer, reread: (codec: CodecName) => WebOffer): Promise<string> {
    const answer = this.#answering.then(async () => {
      const current = this.#leg;
      if (current?.offer.fingerprint === offer.fingerprint) {
        const again = reread(current.offer.codec);
        const sdp = await current.answer(again);
        this.#setFormat(again);
        return sdp;
      }
      const next = this.#connect(offer);
      await current?.close();
      try {
        const sdp = await next.answer(offer);
        this.#setFormat(offer);
        if (this.#closed) await next.close();
        return sdp;
      } catch (error) {
        if (this.#leg === next) this.#leg = undefined;
        await next.close();
        throw error;
      }
    });
    this.#answering = answer.catch(() => undefined);
    return answer;
  }

  stats(): WebRtcLegStats {
    return {
      codec: this.#leg?.offer.codec ?? null,
      received: this.audio.receivedStats,
      sent: this.audio.sentStats,
      roundTripMs: this.audio.roundTripMs,
      iceState: this.#leg?.iceState ?? 'new',
      remoteReport: this.audio.rtcp.remoteReport,
      encrypted: this.#leg?.isUp ?? false,
      quality: this.audio.quality,
    };
  }

  async close(): Promise<void> {
    this.audio.close();
    this.#closed = true;
    await this.#leg?.close();
  }

  #connect(offer: WebOffer): WebLeg {
    const leg = new WebLeg(offer, this.#settings, this.audio.ssrc, {
      onRtp: (packet, nowMs) => this.#receive(packet, nowMs),
      onRtcp: (datagram) => this.audio.rtcp.receive(datagram),
      onSendError: () => this.audio.countError(),
      onConnected: () => {
        this.#upSince = performance.now();
        this.audio.rtcp.start();
        this.#handlers.onConnected();
      },
      onLost: (reason) => {
        this.#upSince = undefined;
        this.#handlers.onLost(reason);
      },
    });
    this.#leg = leg;
    this.#upSince = undefined;
    return leg;
  }

  /** Browsers make nothing of keys: those of the far side are reported and not sent on. */
  #setFormat({ codec, payloadType, dtmfPayloadType, fmtp }: WebOffer): void {
    this.audio.setFormat({ codec, payloadType, dtmfPayloadType, fmtp, keys: 'none' });
  }

  #receive(packet: RtpPacket, nowMs: number): void {
    const offer = this.#leg?.offer;
    if (offer === undefined || this.#closed) return;
    if (packet.payloadType === offer.payloadType) {
      this.audio.count(packet, nowMs);
      this.#handlers.onAudio(packet, offer.codec, nowMs);
    } else if (packet.payloadType === offer.dtmfPayloadType) {
      this.audio.count(packet, nowMs);
      const { clockRate } = describeCodec(offer.codec);
      this.#handlers.onTelephoneEvent(packet, clockRate, this.audio.keyOf(packet));
    }
  }
}
