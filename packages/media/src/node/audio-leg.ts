/**
 * What the two kinds of legs have in common: one far side, one outgoing stream under one SSRC, its
 * RTCP, keys in every form, counters and quality. How datagrams travel is the owner's business.
 */
import { randomInt } from 'node:crypto';
import { describeCodec } from '../codec.ts';
import type {
  CodecName,
  KeyForm,
  QualityFigures,
  ReceivedStats,
  SentStats,
  SideQuality,
} from '../engine.ts';
import { QualityMeter } from '../quality.ts';
import { Reception } from '../reception.ts';
import { TelephoneEventReceiver } from '../rfc4733.ts';
import type { RtpPacket } from '../rtp.ts';
import { StreamRewriter } from '../stream-rewriter.ts';
import { KeySender } from './key-sender.ts';
import { RtcpSession } from './rtcp-session.ts';
import { SRTP_OVERHEAD } from './srtp.ts';

const RTP_HEADER = 12;
const DEFAULT_CLOCK_RATE = 8000;

/** What was negotiated for a leg. */
export interface LegFormat {
  codec: CodecName;
  /** Towards the far side. */
  payloadType: number;
  /** Of telephone-event. */
  dtmfPayloadType?: number | undefined;
  /** Of telephone-event, Hz; default that of the codec. */
  dtmfClockRate?: number | undefined;
  /** How keys of the other side are to reach this one. */
  keys: KeyForm;
  ptimeMs?: number | undefined;
  fmtp?: string | undefined;
}

export interface AudioLegOptions {
  /** Sends an RTP packet: the first `length` octets, with `SRTP_OVERHEAD` more behind them. */
  transmit(buffer: Buffer, length: number): void;
  transmitRtcp(datagram: Uint8Array): void;
  /** Whether anything may be sent now. */
  canSend(): boolean;
  /** Round trip from another source than RTCP, ms. */
  roundTripMs?(): number | null;
}

export class AudioLeg {
  readonly ssrc = randomInt(1, 2 ** 32);
  readonly rtcp: RtcpSession;
  readonly reception = new Reception(DEFAULT_CLOCK_RATE);
  readonly #options: AudioLegOptions;
  readonly #stream = new StreamRewriter({
    clockRate: DEFAULT_CLOCK_RATE,
    firstSequenceNumber: randomInt(2 ** 15),
    firstTimestamp: randomInt(2 ** 32),
  });
  readonly #receivedKeys = new TelephoneEventReceiver();
  readonly #keys: KeySender;
  readonly #meter = new QualityMeter();
  #format: LegFormat | undefined;
  #clockRate = DEFAULT_CLOCK_RATE;
  #sent = { packets: 0, bytes: 0, errors: 0 };
  #lastSentAt: number | undefined;
  #closed = false;

  constructor(options: AudioLegOptions) {
    this.#options = options;
    this.rtcp = new RtcpSession({
      ssrc: this.ssrc,
      clockRate: () => this.#clockRate,
      reception: this.reception,
      sent: () => ({ ...this.#sent, timestamp: this.#stream.timestampAt(performance.now()) }),
      send: (datagram) => options.transmitRtcp(datagram),
    });
    this.#keys = new KeySender({
      format: () => this.#format,
      stream: this.#stream,
      canSend: () => options.canSend(),
      send: (payloadType, marker, sequenceNumber, timestamp, payload) => {
        this.#send(payloadType, marker, sequenceNumber, timestamp, payload, performance.now());
      },
    });
  }

  get format(): LegFormat | undefined {
    return this.#format;
  }

  setFormat(format: LegFormat): void {
    this.#format = format;
    this.#clockRate = describeCodec(format.codec).clockRate;
    this.#stream.changeClock(this.#clockRate, performance.now());
    this.reception.changeClock(this.#clockRate);
  }

  /** Sends audio in the leg's own codec on in the leg's own stream. */
  sendAudio(packet: RtpPacket, nowMs: number): void {
    const format = this.#format;
    if (format === undefined || this.#keys.isSending || !this.#options.canSend()) {
      this.#stream.skip();
      return;
    }
    const place = this.#stream.place(packet, nowMs);
    if (place === null) return;
    const { sequenceNumber, timestamp, resumed } = place;
    const marker = packet.marker || resumed;
    this.#send(format.payloadType, marker, sequenceNumber, timestamp, packet.payload, nowMs);
  }

  /**
   * Sends a telephone-event packet of the other side on, in the form this side is to get.
   * @param clockRate of the event's stream, Hz
   * @param digit the key that begins with this packet
   */
  sendTelephoneEvent(packet: RtpPacket, clockRate: number, digit: string | undefined): void {
    if (!this.#options.canSend()) this.#stream.skip();
    else this.#keys.forward(packet, clockRate, digit, this.eventClockRate);
  }

  /** Tells that a packet of the source was not passed on, so that no loss is seen. */
  skip(): void {
    this.#stream.skip();
  }

  /**
   * Sends key presses one after the other; audio pauses meanwhile.
   * @throws MediaEngineError `dtmf-unavailable`, `bridge-unknown` when closed before the end
   */
  sendDtmf(
    digits: string,
    toneMs: number,
    gapMs: number,
    mode: Exclude<KeyForm, 'none'> = 'rfc4733',
  ): Promise<void> {
    return this.#keys.send(digits, toneMs, gapMs, mode);
  }

  /** Clock of telephone-event on this leg, Hz. */
  get eventClockRate(): number {
    return this.#format?.dtmfClockRate ?? this.#clockRate;
  }

  /** Counts a packet that was taken. */
  count(packet: RtpPacket, nowMs: number): void {
    this.reception.add(packet, nowMs);
  }

  /** Counts a telephone-event packet that was taken; its timestamp may be of another clock. */
  countEvent(packet: RtpPacket, nowMs: number): void {
    this.reception.add(packet, nowMs, this.eventClockRate === this.#clockRate);
  }

  /** The key that begins with a telephone-event packet. */
  keyOf(packet: RtpPacket): string | undefined {
    return this.#receivedKeys.push(packet);
  }

  get receivedStats(): ReceivedStats {
    return this.reception.stats(performance.now());
  }

  get sentStats(): SentStats {
    const { packets, bytes, errors } = this.#sent;
    const at = this.#lastSentAt;
    return {
      packets,
      bytes,
      errors,
      lastPacketAgeMs: at === undefined ? null : performance.now() - at,
    };
  }

  get roundTripMs(): number | null {
    return this.rtcp.roundTripMs ?? this.#options.roundTripMs?.() ?? null;
  }

  get quality(): SideQuality | null {
    return this.#meter.quality;
  }

  /** Whether a quality interval has run its time. */
  isMeasureDue(nowMs: number): boolean {
    return this.#meter.isDue(this.reception.packets, nowMs);
  }

  /**
   * Ends a quality interval.
   * @param more what only the owner knows
   */
  measure(
    more: { encrypted: boolean; late: number; bufferMs?: number },
    nowMs: number,
  ): QualityFigures | null {
    const codec = this.#format?.codec;
    if (codec === undefined) return null;
    const { packets, lost, jitterMs } = this.receivedStats;
    const { roundTripMs } = this;
    return this.#meter.measure({ codec, packets, lost, jitterMs, roundTripMs, ...more }, nowMs);
  }

  /** Counts a datagram the network stack refused. */
  countError(): void {
    this.#sent.errors++;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.rtcp.stop();
    this.#keys.close();
  }

  #send(
    payloadType: number,
    marker: boolean,
    sequenceNumber: number,
    timestamp: number,
    payload: Uint8Array,
    nowMs: number,
  ): void {
    if (this.#closed) return;
    const length = RTP_HEADER + payload.length;
    const buffer = Buffer.allocUnsafe(length + SRTP_OVERHEAD);
    const { ssrc } = this;
    buffer[0] = 0x80;
    buffer[1] = marker ? 0x80 | payloadType : payloadType;
    buffer[2] = sequenceNumber >>> 8;
    buffer[3] = sequenceNumber;
    buffer[4] = timestamp >>> 24;
    buffer[5] = timestamp >>> 16;
    buffer[6] = timestamp >>> 8;
    buffer[7] = timestamp;
    buffer[8] = ssrc >>> 24;
    buffer[9] = ssrc >>> 16;
    buffer[10] = ssrc >>> 8;
    buffer[11] = ssrc;
    buffer.set(payload, RTP_HEADER);
    this.#sent.packets++;
    this.#sent.bytes += payload.length;
    this.#lastSentAt = nowMs;
    this.#options.transmit(buffer, length);
  }
}
