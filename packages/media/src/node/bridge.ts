/** One bridge: a WebRTC leg and a plain RTP leg, and the audio between them. */
import { randomInt } from 'node:crypto';
import type {
  BridgeSide,
  BridgeStats,
  CodecName,
  EngineSettings,
  MediaEngineEvent,
  MediaEngineEvents,
  RtpLocal,
  RtpRemote,
} from '../engine.ts';
import { convertG711 } from '../g711.ts';
import { Reception } from '../reception.ts';
import { TelephoneEventReceiver } from '../rfc4733.ts';
import type { RtpPacket } from '../rtp.ts';
import { StreamRewriter } from '../stream-rewriter.ts';
import { readWebOffer } from '../web-offer.ts';
import { RtpLeg } from './rtp-leg.ts';
import type { RtpPorts, RtpSockets } from './rtp-ports.ts';
import { WebLeg } from './web-leg.ts';

/** Clock of every codec so far; one with another clock needs streams of its own. */
const CLOCK_RATE = 8000;
const DEFAULT_LATCH_WINDOW_MS = 10_000;
const DEFAULT_IDLE_LIMIT_MS = 300_000;

export type EmitBridgeEvent = <E extends Exclude<MediaEngineEvent, 'engine-lost'>>(
  event: E,
  detail: MediaEngineEvents[E],
) => void;

export interface BridgeOptions {
  bridgeId: string;
  rtpAddress: string;
  ports: RtpPorts;
  settings: EngineSettings;
  emit: EmitBridgeEvent;
}

export class Bridge {
  readonly #id: string;
  readonly #settings: EngineSettings;
  readonly #emit: EmitBridgeEvent;
  readonly #createdAt = performance.now();
  readonly #rtp: RtpLeg;
  #web: WebLeg | undefined;
  #answering: Promise<unknown> = Promise.resolve();
  #closed = false;

  readonly #webReception = new Reception(CLOCK_RATE);
  readonly #webKeys = new TelephoneEventReceiver();
  readonly #webStream = new StreamRewriter({
    clockRate: CLOCK_RATE,
    firstSequenceNumber: randomInt(2 ** 15),
    firstTimestamp: randomInt(2 ** 32),
  });
  #webSent = { packets: 0, bytes: 0 };
  #webSentAt: number | undefined;
  #webUpSince: number | undefined;
  /** Silences already reported, by the moment they began. */
  readonly #reportedSilence = new Map<BridgeSide, number>();

  /** Opens the RTP leg. @throws MediaEngineError of `RtpPorts.bind` */
  static async open(options: BridgeOptions): Promise<Bridge> {
    return new Bridge(options, await options.ports.bind(options.rtpAddress));
  }

  private constructor(options: BridgeOptions, sockets: RtpSockets) {
    const { bridgeId, settings, emit } = options;
    this.#id = bridgeId;
    this.#settings = settings;
    this.#emit = emit;
    this.#rtp = new RtpLeg({
      address: options.rtpAddress,
      sockets,
      latchWindowMs: settings.latchWindowMs ?? DEFAULT_LATCH_WINDOW_MS,
      handlers: {
        onAudio: (packet, codec) => this.#toWeb(packet, codec),
        onTelephoneEvent: (_packet, digit) => this.#onRtpKey(digit),
        onStarted: (source) => emit('rtp-started', { bridgeId, side: 'rtp', source }),
      },
    });
  }

  get rtp(): RtpLocal {
    return this.#rtp.local;
  }

  /** Answers an offer; offers that come at once are answered one after the other. */
  answerWebRtc(offerSdp: string, preferred?: CodecName): Promise<string> {
    const offer = readWebOffer(offerSdp, preferred);
    const answer = this.#answering.then(async () => {
      const current = this.#web;
      if (current?.offer.fingerprint === offer.fingerprint) return current.answer(offer);
      const next = new WebLeg(offer, this.#settings, {
        onRtp: (packet) => this.#toRtp(packet),
        onConnected: () => {
          this.#webUpSince = performance.now();
          this.#emit('webrtc-connected', { bridgeId: this.#id });
        },
        onLost: (reason) => {
          this.#webUpSince = undefined;
          this.#emit('webrtc-lost', { bridgeId: this.#id, reason });
        },
      });
      this.#web = next;
      this.#webUpSince = undefined;
      await current?.close();
      try {
        const sdp = await next.answer(offer);
        if (this.#closed) await next.close();
        return sdp;
      } catch (error) {
        if (this.#web === next) this.#web = undefined;
        await next.close();
        throw error;
      }
    });
    this.#answering = answer.catch(() => undefined);
    return answer;
  }

  setRtpRemote(remote: RtpRemote): void {
    this.#rtp.setRemote(remote);
  }

  sendDtmf(digits: string, toneMs: number, gapMs: number): Promise<void> {
    return this.#rtp.sendDtmf(digits, toneMs, gapMs);
  }

  stats(): BridgeStats {
    const now = performance.now();
    return {
      bridgeId: this.#id,
      ageMs: now - this.#createdAt,
      kind: 'webrtc',
      passThrough: null,
      webrtc: {
        codec: this.#web?.offer.codec ?? null,
        received: this.#webReception.stats(now),
        sent: {
          ...this.#webSent,
          errors: this.#web?.sendErrors ?? 0,
          lastPacketAgeMs: this.#webSentAt === undefined ? null : now - this.#webSentAt,
        },
        roundTripMs: this.#web?.roundTripMs ?? null,
        iceState: this.#web?.iceState ?? 'new',
        remoteReport: this.#web?.remoteReport ?? null,
        encrypted: this.#web?.isUp ?? false,
        quality: null,
      },
      rtp: this.#rtp.stats(now),
    };
  }

  /**
   * Looks for silence and idleness; called a few times a second.
   * @returns false when the bridge had no packet within the idle limit
   */
  watch(nowMs: number): boolean {
    const webQuietSince =
      this.#webUpSince === undefined
        ? undefined
        : Math.max(this.#webUpSince, this.#webReception.lastAt ?? 0);
    this.#watchSilence('webrtc', webQuietSince, nowMs);
    this.#watchSilence('rtp', this.#rtp.quietSince, nowMs);
    const lastPacket = Math.max(
      this.#createdAt,
      this.#webReception.lastAt ?? 0,
      this.#rtp.lastReceivedAt ?? 0,
    );
    return nowMs - lastPacket < (this.#settings.idleLimitMs ?? DEFAULT_IDLE_LIMIT_MS);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#rtp.close();
    await this.#web?.close();
  }

  #watchSilence(side: BridgeSide, quietSince: number | undefined, nowMs: number): void {
    if (quietSince === undefined || nowMs - quietSince < this.#settings.silentAfterMs) return;
    if (this.#reportedSilence.get(side) === quietSince) return;
    this.#reportedSilence.set(side, quietSince);
    const silentMs = Math.round(nowMs - quietSince);
    this.#emit('media-silent', { bridgeId: this.#id, side, silentMs });
  }

  #toRtp(packet: RtpPacket): void {
    const offer = this.#web?.offer;
    if (offer === undefined || this.#closed) return;
    if (packet.payloadType === offer.payloadType) {
      this.#webReception.add(packet, performance.now());
      this.#rtp.sendAudio(packet, offer.codec);
    } else if (packet.payloadType === offer.dtmfPayloadType) {
      this.#webReception.add(packet, performance.now());
      const digit = this.#webKeys.push(packet);
      this.#rtp.sendTelephoneEvent(packet);
      if (digit !== undefined) this.#emit('dtmf', { bridgeId: this.#id, side: 'webrtc', digit });
    }
  }

  #toWeb(packet: RtpPacket, codec: CodecName): void {
    const web = this.#web;
    if (web === undefined || !web.isUp) {
      this.#webStream.skip();
      return;
    }
    const now = performance.now();
    const place = this.#webStream.place(packet, now);
    if (place === null) return;
    const payload = convertG711(codec, web.offer.codec, packet.payload);
    const { sequenceNumber, timestamp, resumed } = place;
    web.send({ sequenceNumber, timestamp, marker: packet.marker || resumed, payload });
    this.#webSent.packets++;
    this.#webSent.bytes += payload.length;
    this.#webSentAt = now;
  }

  #onRtpKey(digit: string | undefined): void {
    this.#webStream.skip();
    if (digit !== undefined) this.#emit('dtmf', { bridgeId: this.#id, side: 'rtp', digit });
  }
}
