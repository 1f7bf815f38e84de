/** A plain RTP leg: a pair of sockets, one far side, one outgoing stream. */
import { randomInt } from 'node:crypto';
import type { RemoteInfo } from 'node:dgram';
import { codecOfStaticPayloadType, describeCodec } from '../codec.ts';
import type { CodecName, RtpLegStats, RtpLocal, RtpRemote } from '../engine.ts';
import { MediaEngineError } from '../engine-error.ts';
import { convertG711 } from '../g711.ts';
import { Reception } from '../reception.ts';
import { TelephoneEventReceiver, telephoneEventSteps } from '../rfc4733.ts';
import { isRtcpPacketType, parseRtp, type RtpPacket, serializeRtp } from '../rtp.ts';
import { type SourceAddress, SourceLatch } from '../source-latch.ts';
import { StreamRewriter } from '../stream-rewriter.ts';
import { RtcpSession } from './rtcp-session.ts';
import type { RtpSockets } from './rtp-ports.ts';

const CLOCK_RATE = 8000;
/** Digits waiting to be sent on one leg. */
const MAX_PENDING_DIGITS = 64;

export interface RtpLegHandlers {
  /** An audio packet of the far side, with the codec its payload type stands for. */
  onAudio(packet: RtpPacket, codec: CodecName): void;
  /** A telephone-event packet; `digit` when a key press begins with it. */
  onTelephoneEvent(packet: RtpPacket, digit: string | undefined): void;
  /** The first packet was taken. */
  onStarted(source: SourceAddress): void;
}

export interface RtpLegOptions {
  /** Address the sockets are bound to. */
  address: string;
  /** The leg closes them when it is closed. */
  sockets: RtpSockets;
  /** How long after `setRemote` another source may be latched to, ms. */
  latchWindowMs: number;
  handlers: RtpLegHandlers;
}

export class RtpLeg {
  readonly local: RtpLocal;
  readonly #sockets: RtpSockets;
  readonly #latchWindowMs: number;
  readonly #handlers: RtpLegHandlers;
  readonly #ssrc = randomInt(1, 2 ** 32);
  readonly #stream = new StreamRewriter({
    clockRate: CLOCK_RATE,
    firstSequenceNumber: randomInt(2 ** 15),
    firstTimestamp: randomInt(2 ** 32),
  });
  readonly #reception = new Reception(CLOCK_RATE);
  readonly #keys = new TelephoneEventReceiver();
  readonly #rtcp: RtcpSession;
  readonly #ended = new AbortController();

  #remote: RtpRemote | undefined;
  #latch: SourceLatch | undefined;
  #listeningSince: number | undefined;
  #digits: Promise<void> = Promise.resolve();
  #pendingDigits = 0;
  #sendingDigit = false;
  #sent = { packets: 0, bytes: 0, errors: 0 };
  #lastSentAt: number | undefined;
  #foreign = 0;
  #invalid = 0;

  constructor(options: RtpLegOptions) {
    const { sockets } = options;
    this.#sockets = sockets;
    this.#latchWindowMs = options.latchWindowMs;
    this.#handlers = options.handlers;
    this.local = { address: options.address, port: sockets.port };
    this.#rtcp = new RtcpSession({
      ssrc: this.#ssrc,
      clockRate: CLOCK_RATE,
      reception: this.#reception,
      sent: () => ({
        ...this.#sent,
        timestamp: this.#stream.timestampAt(performance.now()),
      }),
      send: (datagram) => this.#sendRtcp(datagram),
    });
    // Errors of UDP sockets (an ICMP answer) concern one datagram; the leg goes on.
    sockets.rtp.on('error', () => this.#sent.errors++);
    sockets.rtcp.on('error', () => this.#sent.errors++);
    sockets.rtp.on('message', (datagram, source) => this.#receive(datagram, source));
    sockets.rtcp.on('message', (datagram, source) => this.#receiveRtcp(datagram, source));
  }

  /** Whether the direction lets the far side's audio through. */
  get isReceiving(): boolean {
    const direction = this.#remote?.direction;
    return direction === 'sendrecv' || direction === 'recvonly';
  }

  /** Since when packets of the far side are due: its last one, or when it could first send. */
  get quietSince(): number | undefined {
    if (!this.isReceiving || this.#listeningSince === undefined) return undefined;
    return Math.max(this.#listeningSince, this.#reception.lastAt ?? 0);
  }

  /** When the last packet was taken, monotonic ms. */
  get lastReceivedAt(): number | undefined {
    return this.#reception.lastAt;
  }

  setRemote(remote: RtpRemote): void {
    const before = this.#remote;
    const wasReceiving = this.isReceiving;
    this.#remote = structuredClone(remote);
    const now = performance.now();
    if (before?.address !== remote.address || before.port !== remote.port) {
      this.#latch = new SourceLatch({
        announced: { address: remote.address, port: remote.port },
        addresses: remote.latchAddresses ?? [],
        until: now + this.#latchWindowMs,
      });
      this.#rtcp.start();
    }
    if (this.isReceiving && !wasReceiving) this.#listeningSince = now;
  }

  /** Sends a packet of a source on in the leg's own stream, in the codec of the far side. */
  sendAudio(packet: RtpPacket, codec: CodecName): void {
    const remote = this.#sendingTo();
    if (remote === undefined) return;
    this.#place(packet, remote.payloadType, convertG711(codec, remote.codec, packet.payload));
  }

  /** Sends a telephone-event packet of a source on; nothing when the far side takes none. */
  sendTelephoneEvent(packet: RtpPacket): void {
    const remote = this.#sendingTo();
    if (remote === undefined) return;
    if (remote.dtmfPayloadType === undefined) this.#stream.skip();
    else this.#place(packet, remote.dtmfPayloadType, packet.payload);
  }

  /** Tells that a packet of the source was not passed on, so that no loss is seen. */
  skip(): void {
    this.#stream.skip();
  }

  /**
   * Sends key presses one after the other; audio pauses meanwhile.
   * @throws MediaEngineError `dtmf-unavailable`, `bridge-unknown` when closed before the end
   */
  async sendDtmf(digits: string, toneMs: number, gapMs: number): Promise<void> {
    if (this.#remote?.dtmfPayloadType === undefined) {
      throw new MediaEngineError('dtmf-unavailable', 'the far side takes no telephone events');
    }
    if (this.#pendingDigits + digits.length > MAX_PENDING_DIGITS) {
      throw new MediaEngineError('dtmf-unavailable', 'too many digits are waiting to be sent');
    }
    this.#pendingDigits += digits.length;
    const mine = this.#digits.then(async () => {
      for (const digit of digits) {
        try {
          await this.#sendDigit(digit, toneMs, gapMs);
        } finally {
          this.#pendingDigits--;
        }
      }
    });
    // The next caller's digits follow even when these could not be sent.
    this.#digits = mine.catch(() => undefined);
    await mine;
  }

  stats(nowMs: number): RtpLegStats {
    return {
      codec: this.#remote?.codec ?? null,
      received: this.#reception.stats(nowMs),
      sent: {
        ...this.#sent,
        lastPacketAgeMs: this.#lastSentAt === undefined ? null : nowMs - this.#lastSentAt,
      },
      roundTripMs: this.#rtcp.roundTripMs,
      source: this.#latch?.locked ?? null,
      foreign: this.#foreign,
      invalid: this.#invalid,
      unauthentic: 0,
      remoteReport: this.#rtcp.remoteReport,
      encrypted: false,
      quality: null,
    };
  }

  close(): void {
    if (this.#ended.signal.aborted) return;
    this.#rtcp.stop();
    this.#ended.abort();
    this.#sockets.rtp.close();
    this.#sockets.rtcp.close();
  }

  /** The far side when something may be sent to it now. */
  #sendingTo(): RtpRemote | undefined {
    const remote = this.#remote;
    const allowed = remote?.direction === 'sendrecv' || remote?.direction === 'sendonly';
    if (allowed && !this.#sendingDigit) return remote;
    this.#stream.skip();
    return undefined;
  }

  #place(packet: RtpPacket, payloadType: number, payload: Uint8Array): void {
    const place = this.#stream.place(packet, performance.now());
    if (place === null) return;
    const { sequenceNumber, timestamp } = place;
    this.#send(payloadType, packet.marker || place.resumed, sequenceNumber, timestamp, payload);
  }

  #send(
    payloadType: number,
    marker: boolean,
    sequenceNumber: number,
    timestamp: number,
    payload: Uint8Array,
  ): void {
    const destination = this.#latch?.destination;
    if (destination === undefined || this.#ended.signal.aborted) return;
    const ssrc = this.#ssrc;
    const datagram = serializeRtp({
      payloadType,
      marker,
      sequenceNumber,
      timestamp,
      ssrc,
      payload,
    });
    this.#sockets.rtp.send(datagram, destination.port, destination.address, (error) => {
      if (error !== null) this.#sent.errors++;
    });
    this.#sent.packets++;
    this.#sent.bytes += payload.length;
    this.#lastSentAt = performance.now();
  }

  async #sendDigit(digit: string, toneMs: number, gapMs: number): Promise<void> {
    const steps = telephoneEventSteps(digit, toneMs);
    const start = performance.now();
    const timestamp = this.#stream.timestampAt(start);
    this.#sendingDigit = true;
    try {
      for (const { atMs, marker, payload } of steps) {
        await this.#waitUntil(start + atMs);
        const payloadType = this.#remote?.dtmfPayloadType;
        if (payloadType === undefined) {
          throw new MediaEngineError('dtmf-unavailable', 'telephone events were negotiated away');
        }
        const sequenceNumber = this.#stream.insert(timestamp, start);
        this.#send(payloadType, marker, sequenceNumber, timestamp, payload);
      }
    } finally {
      this.#sendingDigit = false;
    }
    await this.#waitUntil(start + toneMs + gapMs);
  }

  #waitUntil(atMs: number): Promise<void> {
    const { signal } = this.#ended;
    return new Promise((resolve, reject) => {
      const ended = () => {
        clearTimeout(timer);
        reject(new MediaEngineError('bridge-unknown', 'the leg was closed'));
      };
      const timer = setTimeout(
        () => {
          signal.removeEventListener('abort', ended);
          resolve();
        },
        Math.max(0, atMs - performance.now()),
      );
      if (signal.aborted) ended();
      else signal.addEventListener('abort', ended, { once: true });
    });
  }

  #receive(datagram: Uint8Array, source: RemoteInfo): void {
    const remote = this.#remote;
    const latch = this.#latch;
    if (remote === undefined || latch === undefined) {
      this.#foreign++;
      return;
    }
    if (datagram.length > 1 && isRtcpPacketType(datagram[1] as number)) {
      this.#receiveRtcp(datagram, source);
      return;
    }
    const packet = parseRtp(datagram);
    const codec = packet === null ? undefined : codecOf(packet.payloadType, remote);
    if (packet === null || codec === undefined) {
      this.#invalid++;
      return;
    }
    const now = performance.now();
    if (!latch.accept(source, packet, now)) {
      this.#foreign++;
      return;
    }
    const first = this.#reception.packets === 0;
    this.#reception.add(packet, now);
    if (first) this.#handlers.onStarted({ address: source.address, port: source.port });
    if (!this.isReceiving) return;
    if (codec === 'telephone-event') {
      this.#handlers.onTelephoneEvent(packet, this.#keys.push(packet));
    } else {
      this.#handlers.onAudio(packet, codec);
    }
  }

  /** RTCP is taken from the address the leg is locked to or that was announced, on any port. */
  #receiveRtcp(datagram: Uint8Array, source: RemoteInfo): void {
    const known = this.#latch?.locked?.address ?? this.#remote?.address;
    if (source.address !== known && source.address !== this.#remote?.address) {
      this.#foreign++;
      return;
    }
    if (!this.#rtcp.receive(datagram)) this.#invalid++;
  }

  #sendRtcp(datagram: Uint8Array): void {
    const destination = this.#latch?.destination;
    if (destination === undefined) return;
    const port = this.#remote?.rtcpPort ?? destination.port + 1;
    if (port > 65535) return;
    this.#sockets.rtcp.send(datagram, port, destination.address, (error) => {
      if (error !== null) this.#sent.errors++;
    });
  }
}

/** What a received payload type stands for: as negotiated, else a static one, else undefined. */
function codecOf(
  payloadType: number,
  remote: RtpRemote,
): CodecName | 'telephone-event' | undefined {
  if (payloadType === remote.payloadType) return remote.codec;
  if (payloadType === remote.dtmfPayloadType) return 'telephone-event';
  const codec = codecOfStaticPayloadType(payloadType);
  return codec !== undefined && describeCodec(codec).clockRate === CLOCK_RATE ? codec : undefined;
}
