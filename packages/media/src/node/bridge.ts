/** One bridge: a browser and an RTP leg, or two RTP legs, and the audio between them. */
import type {
  AnswerWebRtc,
  BridgeKind,
  BridgeSide,
  BridgeStats,
  CodecName,
  CreatedBridge,
  EngineSettings,
  MediaEngineEvent,
  MediaEngineEvents,
  RtpRemote,
  RtpSide,
  SendDtmf,
} from '../engine.ts';
import { MediaEngineError } from '../engine-error.ts';
import type { RtpPacket } from '../rtp.ts';
import { DEFAULT_CODECS, readWebOffer } from '../web-offer.ts';
import type { AudioLeg } from './audio-leg.ts';
import { AudioPath } from './audio-path.ts';
import { InbandKeys } from './inband-keys.ts';
import { RtpLeg } from './rtp-leg.ts';
import type { RtpPorts } from './rtp-ports.ts';
import { WebSide } from './web-side.ts';

const DEFAULT_LATCH_WINDOW_MS = 10_000;
const DEFAULT_IDLE_LIMIT_MS = 300_000;
/** A key found as a tone, passed on as an event. */
const CONVERTED_TONE_MS = 100;
const CONVERTED_GAP_MS = 70;

export type EmitBridgeEvent = <E extends Exclude<MediaEngineEvent, 'engine-lost'>>(
  event: E,
  detail: MediaEngineEvents[E],
) => void;

export interface BridgeOptions {
  bridgeId: string;
  rtpAddress: string;
  kind: BridgeKind;
  ports: RtpPorts;
  settings: EngineSettings;
  emit: EmitBridgeEvent;
}

/** An RTP leg in its bridge. */
interface RtpPlace {
  side: RtpSide;
  leg: RtpLeg;
  inband: InbandKeys | undefined;
  /** Telephone events have come: tones beside them would be the same keys again. */
  hasEvents: boolean;
}

export class Bridge {
  readonly #id: string;
  readonly #settings: EngineSettings;
  readonly #emit: EmitBridgeEvent;
  readonly #createdAt = performance.now();
  readonly #rtp: RtpPlace;
  /** The other side: a browser, or a second RTP leg. */
  readonly #other: WebSide | RtpPlace;
  readonly #toRtp: AudioPath;
  readonly #fromRtp: AudioPath;
  #closed = false;
  /** Silences already reported, by the moment they began. */
  readonly #reportedSilence = new Map<BridgeSide, number>();

  /** Opens the RTP legs. @throws MediaEngineError of `RtpPorts.bind` */
  static async open(options: BridgeOptions): Promise<Bridge> {
    const { ports, rtpAddress, kind } = options;
    const rtp = await ports.bind(rtpAddress);
    if (kind === 'webrtc') return new Bridge(options, rtp, undefined);
    try {
      return new Bridge(options, rtp, await ports.bind(rtpAddress));
    } catch (error) {
      rtp.rtp.close();
      rtp.rtcp.close();
      throw error;
    }
  }

  private constructor(
    options: BridgeOptions,
    rtp: Awaited<ReturnType<RtpPorts['bind']>>,
    far: Awaited<ReturnType<RtpPorts['bind']>> | undefined,
  ) {
    const { bridgeId, settings, emit } = options;
    this.#id = bridgeId;
    this.#settings = settings;
    this.#emit = emit;
    this.#rtp = this.#place('rtp', options.rtpAddress, rtp);
    this.#other =
      far === undefined
        ? new WebSide(settings, {
            onAudio: (packet, codec, nowMs) => this.#toRtp.push(packet, codec, nowMs),
            onTelephoneEvent: (packet, clockRate, digit) =>
              this.#onKeyPacket('webrtc', packet, clockRate, digit),
            onConnected: () => emit('webrtc-connected', { bridgeId }),
            onLost: (reason) => emit('webrtc-lost', { bridgeId, reason }),
          })
        : this.#place('far', options.rtpAddress, far);
    const onError = (error: unknown) => {
      // The bridge lives on: the next packet tries again.
      console.error('media engine: no transcoder', error);
    };
    const { opus } = settings;
    this.#toRtp = new AudioPath({ to: this.#rtp.leg.audio, opus, onError });
    this.#fromRtp = new AudioPath({ to: this.#otherAudio, opus, onError });
  }

  get locals(): CreatedBridge {
    const far = this.#other instanceof WebSide ? {} : { far: this.#other.leg.local };
    return { rtp: this.#rtp.leg.local, ...far };
  }

  /** Answers an offer; offers that come at once are answered one after the other. */
  async answerWebRtc({ offerSdp, codecs, preferred }: AnswerWebRtc): Promise<string> {
    const web = this.#other;
    if (!(web instanceof WebSide)) {
      throw new MediaEngineError('invalid-argument', 'a relay has no browser side');
    }
    const allowed = codecs ?? first(preferred, DEFAULT_CODECS);
    const isFree = codecs !== undefined || preferred === undefined;
    const passing = isFree ? this.#rtp.leg.remote?.codec : undefined;
    // The codec of a connection stays; that of the RTP leg needs no transcoding.
    const order = first(passing, allowed).filter((codec) => allowed.includes(codec));
    return web.answer(readWebOffer(offerSdp, order), (current) =>
      readWebOffer(offerSdp, first(current, order)),
    );
  }

  setRtpRemote(side: RtpSide, remote: RtpRemote): void {
    const place = this.#rtpPlace(side);
    place.leg.setRemote(remote);
    if (remote.detectInband !== true) {
      place.inband?.close();
      place.inband = undefined;
    } else if (place.inband?.codec !== remote.codec) {
      place.inband?.close();
      place.inband = new InbandKeys(remote.codec);
    }
  }

  async sendDtmf({ side = 'rtp', digits, toneMs = 100, gapMs = 70, mode }: SendDtmf) {
    await this.#audioOf(side).sendDtmf(digits, toneMs, gapMs, mode);
  }

  stats(): BridgeStats {
    const web = this.#other instanceof WebSide ? this.#other : undefined;
    const far = this.#other instanceof WebSide ? undefined : this.#other.leg;
    const codec = this.#rtp.leg.remote?.codec;
    const otherCodec = this.#otherAudio.format?.codec;
    return {
      bridgeId: this.#id,
      ageMs: performance.now() - this.#createdAt,
      kind: web === undefined ? 'relay' : 'webrtc',
      webrtc: web?.stats() ?? EMPTY_WEB_STATS,
      rtp: this.#rtp.leg.stats(),
      ...(far === undefined ? {} : { far: far.stats() }),
      passThrough: codec === undefined || otherCodec === undefined ? null : codec === otherCodec,
    };
  }

  /**
   * Looks for silence and idleness, and measures quality; called a few times a second.
   * @returns false when the bridge had no packet within the idle limit
   */
  watch(nowMs: number): boolean {
    const web = this.#other instanceof WebSide ? this.#other : undefined;
    const far = this.#other instanceof WebSide ? undefined : this.#other.leg;
    this.#watchSilence('rtp', this.#rtp.leg.quietSince, nowMs);
    if (web !== undefined) this.#watchSilence('webrtc', web.quietSince, nowMs);
    if (far !== undefined) this.#watchSilence('far', far.quietSince, nowMs);
    this.#measure(nowMs);
    const lastPacket = Math.max(
      this.#createdAt,
      this.#otherAudio.reception.lastAt ?? 0,
      this.#rtp.leg.lastReceivedAt ?? 0,
    );
    return nowMs - lastPacket < (this.#settings.idleLimitMs ?? DEFAULT_IDLE_LIMIT_MS);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#toRtp.close();
    this.#fromRtp.close();
    this.#rtp.inband?.close();
    this.#rtp.leg.close();
    if (this.#other instanceof WebSide) {
      await this.#other.close();
    } else {
      this.#other.inband?.close();
      this.#other.leg.close();
    }
  }

  get #otherAudio(): AudioLeg {
    return this.#other instanceof WebSide ? this.#other.audio : this.#other.leg.audio;
  }

  #place(side: RtpSide, address: string, sockets: Awaited<ReturnType<RtpPorts['bind']>>): RtpPlace {
    const leg = new RtpLeg({
      address,
      sockets,
      latchWindowMs: this.#settings.latchWindowMs ?? DEFAULT_LATCH_WINDOW_MS,
      handlers: {
        onAudio: (packet, codec, nowMs) => this.#onRtpAudio(place, packet, codec, nowMs),
        onTelephoneEvent: (packet, digit) => {
          place.hasEvents = true;
          this.#onKeyPacket(side, packet, leg.audio.eventClockRate, digit);
        },
        onStarted: (source) => this.#emit('rtp-started', { bridgeId: this.#id, side, source }),
      },
    });
    const place: RtpPlace = { side, leg, inband: undefined, hasEvents: false };
    return place;
  }

  #rtpPlace(side: RtpSide): RtpPlace {
    if (side === 'rtp') return this.#rtp;
    if (this.#other instanceof WebSide) {
      throw new MediaEngineError('invalid-argument', 'the bridge has no side of this name');
    }
    return this.#other;
  }

  #audioOf(side: BridgeSide): AudioLeg {
    if (side !== 'webrtc') return this.#rtpPlace(side).leg.audio;
    if (this.#other instanceof WebSide) return this.#other.audio;
    throw new MediaEngineError('invalid-argument', 'the bridge has no side of this name');
  }

  /** The path that audio of a side takes. */
  #pathFrom(side: BridgeSide): AudioPath {
    return side === 'rtp' ? this.#fromRtp : this.#toRtp;
  }

  /** Where audio of a side goes. */
  #targetOf(side: BridgeSide): AudioLeg {
    return side === 'rtp' ? this.#otherAudio : this.#rtp.leg.audio;
  }

  #onRtpAudio(place: RtpPlace, packet: RtpPacket, codec: CodecName, nowMs: number): void {
    const { side, inband } = place;
    if (inband !== undefined && !place.hasEvents && codec === inband.codec) {
      const target = this.#targetOf(side);
      const isConverted = target.format?.keys === 'rfc4733';
      for (const digit of inband.push(packet.payload)) {
        this.#emit('dtmf', { bridgeId: this.#id, side, digit });
        // A leg closed or held meanwhile takes no keys; they were told all the same.
        if (isConverted) {
          target.sendDtmf(digit, CONVERTED_TONE_MS, CONVERTED_GAP_MS).catch(() => undefined);
        }
      }
      // From the first sign on: what gets through must be too short to count as a key.
      if (isConverted && inband.isSuspected) {
        target.skip();
        return;
      }
    }
    this.#pathFrom(side).push(packet, codec, nowMs);
  }

  #onKeyPacket(
    side: BridgeSide,
    packet: RtpPacket,
    clockRate: number,
    digit: string | undefined,
  ): void {
    this.#pathFrom(side).interrupt();
    this.#targetOf(side).sendTelephoneEvent(packet, clockRate, digit);
    if (digit !== undefined) this.#emit('dtmf', { bridgeId: this.#id, side, digit });
  }

  #watchSilence(side: BridgeSide, quietSince: number | undefined, nowMs: number): void {
    if (quietSince === undefined || nowMs - quietSince < this.#settings.silentAfterMs) return;
    if (this.#reportedSilence.get(side) === quietSince) return;
    this.#reportedSilence.set(side, quietSince);
    const silentMs = Math.round(nowMs - quietSince);
    this.#emit('media-silent', { bridgeId: this.#id, side, silentMs });
  }

  #measure(nowMs: number): void {
    const other = this.#other;
    const sides: [BridgeSide, AudioLeg, boolean][] = [
      ['rtp', this.#rtp.leg.audio, this.#rtp.leg.isEncrypted],
      other instanceof WebSide
        ? ['webrtc', other.audio, true]
        : ['far', other.leg.audio, other.leg.isEncrypted],
    ];
    for (const [side, audio, encrypted] of sides) {
      if (!audio.isMeasureDue(nowMs)) continue;
      const path = this.#pathFrom(side);
      const { late, bufferMs } = path;
      const buffered = bufferMs === undefined ? {} : { bufferMs };
      const figures = audio.measure({ encrypted, late, ...buffered }, nowMs);
      if (figures !== null) this.#emit('quality', { bridgeId: this.#id, side, ...figures });
      const report = audio.rtcp.remoteReport;
      if (report !== null) {
        const towards = side === 'rtp' ? this.#toRtp : this.#fromRtp;
        towards.expectLoss(report.fractionLost * 100);
      }
    }
  }
}

const EMPTY_WEB_STATS: BridgeStats['webrtc'] = {
  codec: null,
  received: { packets: 0, bytes: 0, lost: 0, jitterMs: 0, lastPacketAgeMs: null },
  sent: { packets: 0, bytes: 0, errors: 0, lastPacketAgeMs: null },
  roundTripMs: null,
  iceState: 'new',
  remoteReport: null,
  encrypted: false,
  quality: null,
};

/** The list with one codec put first. */
function first(codec: CodecName | undefined, list: readonly CodecName[]): CodecName[] {
  return codec === undefined ? [...list] : [codec, ...list.filter((other) => other !== codec)];
}
