/** A plain RTP leg: a pair of sockets, one far side, RTP as it is or under SRTP keyed by SDES. */
import type { RemoteInfo } from 'node:dgram';
import { codecOfStaticPayloadType, describeCodec } from '../codec.ts';
import type { CodecName, RtpLegStats, RtpLocal, RtpRemote, SrtpKeys } from '../engine.ts';
import { isRtcpPacketType, parseRtp, type RtpPacket } from '../rtp.ts';
import { type SourceAddress, SourceLatch } from '../source-latch.ts';
import { AudioLeg } from './audio-leg.ts';
import { packetRead } from './receive-moderation.ts';
import type { RtpSockets } from './rtp-ports.ts';
import { SrtpReceiver, SrtpSender } from './srtp.ts';

/** One in so many packets is asked whether the network stack took it. */
const ERROR_SAMPLE = 16;

export interface RtpLegHandlers {
  /** An audio packet of the far side, with the codec its payload type stands for. */
  onAudio(packet: RtpPacket, codec: CodecName, nowMs: number): void;
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

interface Protection {
  keys: SrtpKeys;
  sender: SrtpSender;
  receiver: SrtpReceiver;
}

export class RtpLeg {
  readonly local: RtpLocal;
  readonly audio: AudioLeg;
  readonly #sockets: RtpSockets;
  readonly #latchWindowMs: number;
  readonly #handlers: RtpLegHandlers;

  #remote: RtpRemote | undefined;
  #latch: SourceLatch | undefined;
  #protection: Protection | undefined;
  #canSend = false;
  #isConnected = false;
  #cannotConnect = false;
  #asked = 0;
  #listeningSince: number | undefined;
  #foreign = 0;
  #invalid = 0;
  #unauthentic = 0;
  #closed = false;

  constructor(options: RtpLegOptions) {
    const { sockets } = options;
    this.#sockets = sockets;
    this.#latchWindowMs = options.latchWindowMs;
    this.#handlers = options.handlers;
    this.local = { address: options.address, port: sockets.port };
    this.audio = new AudioLeg({
      transmit: (buffer, length) => this.#transmit(buffer, length),
      transmitRtcp: (datagram) => this.#transmitRtcp(datagram),
      canSend: () => this.#canSend,
    });
    // Errors of UDP sockets (an ICMP answer) concern one datagram; the leg goes on.
    sockets.rtp.on('error', () => this.audio.countError());
    sockets.rtcp.on('error', () => this.audio.countError());
    sockets.rtp.on('message', (datagram, source) => this.#receive(datagram, source));
    sockets.rtcp.on('message', (datagram, source) => this.#receiveRtcp(datagram, source));
  }

  get remote(): RtpRemote | undefined {
    return this.#remote;
  }

  get isEncrypted(): boolean {
    return this.#protection !== undefined;
  }

  /** Whether the direction lets the far side's audio through. */
  get isReceiving(): boolean {
    const direction = this.#remote?.direction;
    return direction === 'sendrecv' || direction === 'recvonly';
  }

  /** Since when packets of the far side are due: its last one, or when it could first send. */
  get quietSince(): number | undefined {
    if (!this.isReceiving || this.#listeningSince === undefined) return undefined;
    return Math.max(this.#listeningSince, this.audio.reception.lastAt ?? 0);
  }

  /** When the last packet was taken, monotonic ms. */
  get lastReceivedAt(): number | undefined {
    return this.audio.reception.lastAt;
  }

  setRemote(wanted: RtpRemote): void {
    const before = this.#remote;
    const wasReceiving = this.isReceiving;
    const remote = structuredClone(wanted);
    this.#remote = remote;
    this.#protect(remote.srtp);
    this.audio.setFormat({
      codec: remote.codec,
      payloadType: remote.payloadType,
      dtmfPayloadType: remote.dtmfPayloadType,
      dtmfClockRate: remote.dtmfClockRate,
      keys: remote.keys ?? (remote.dtmfPayloadType === undefined ? 'none' : 'rfc4733'),
      ptimeMs: remote.ptimeMs,
      fmtp: remote.fmtp,
    });
    const now = performance.now();
    if (before?.address !== remote.address || before.port !== remote.port) {
      this.#disconnect();
      this.#latch = new SourceLatch({
        announced: { address: remote.address, port: remote.port },
        addresses: remote.latchAddresses ?? [],
        until: now + this.#latchWindowMs,
      });
      this.audio.rtcp.start();
    }
    this.#canSend = remote.direction === 'sendrecv' || remote.direction === 'sendonly';
    if (this.isReceiving && !wasReceiving) this.#listeningSince = now;
  }

  stats(): RtpLegStats {
    return {
      codec: this.#remote?.codec ?? null,
      received: this.audio.receivedStats,
      sent: this.audio.sentStats,
      roundTripMs: this.audio.roundTripMs,
      source: this.#latch?.locked ?? null,
      foreign: this.#foreign,
      invalid: this.#invalid,
      unauthentic: this.#unauthentic,
      remoteReport: this.audio.rtcp.remoteReport,
      encrypted: this.isEncrypted,
      quality: this.audio.quality,
    };
  }

  close(): void {
    if (this.#closed) return;
    this.audio.close();
    this.#closed = true;
    this.#canSend = false;
    this.#sockets.rtp.close();
    this.#sockets.rtcp.close();
  }

  /** The same keys go on with their counters; other keys begin anew. */
  #protect(keys: SrtpKeys | undefined): void {
    const current = this.#protection?.keys;
    if (keys === undefined) {
      this.#protection = undefined;
      return;
    }
    const sameLocal = current?.suite === keys.suite && current.localKey === keys.localKey;
    const sameRemote = current?.suite === keys.suite && current.remoteKey === keys.remoteKey;
    const master = (key: string) => Buffer.from(key, 'base64');
    this.#protection = {
      keys,
      sender:
        (sameLocal ? this.#protection?.sender : undefined) ??
        new SrtpSender(keys.suite, master(keys.localKey)),
      receiver:
        (sameRemote ? this.#protection?.receiver : undefined) ??
        new SrtpReceiver(keys.suite, master(keys.remoteKey)),
    };
  }

  #transmit(buffer: Buffer, length: number): void {
    const destination = this.#latch?.destination;
    if (destination === undefined || this.#closed) return;
    const total = this.#protection?.sender.protectRtp(buffer, length) ?? length;
    const { rtp } = this.#sockets;
    // Asking for each packet whether it left costs more than a twentieth of sending it.
    const onSent = this.#asked++ % ERROR_SAMPLE === 0 ? this.#onSent : undefined;
    if (this.#isConnected) rtp.send(buffer, 0, total, onSent);
    else rtp.send(buffer, 0, total, destination.port, destination.address, onSent);
  }

  /**
   * Ties the socket to the far side once no other source may take its place: the kernel then drops
   * strangers' packets by itself and looks up the route once instead of for each packet.
   */
  #connect({ address, port }: SourceAddress): void {
    const { rtp } = this.#sockets;
    try {
      rtp.connect(port, address);
      // Throws unless the connection was made at once, which an IP address allows.
      rtp.remoteAddress();
      this.#isConnected = true;
    } catch {
      this.#cannotConnect = true;
    }
  }

  #disconnect(): void {
    if (this.#isConnected) this.#sockets.rtp.disconnect();
    this.#isConnected = false;
    this.#cannotConnect = false;
  }

  readonly #onSent = (error: Error | null): void => {
    if (error !== null) this.audio.countError();
  };

  #transmitRtcp(plain: Uint8Array): void {
    const destination = this.#latch?.destination;
    if (destination === undefined || this.#closed) return;
    const isMuxed = this.#remote?.rtcpMux === true;
    const own = this.#remote?.rtcpPort ?? destination.port + 1;
    const port = isMuxed ? destination.port : own;
    if (port > 65535) return;
    const datagram = this.#protection?.sender.protectRtcp(plain) ?? plain;
    if (isMuxed && this.#isConnected) {
      this.#sockets.rtp.send(datagram, this.#onSent);
      return;
    }
    const socket = isMuxed ? this.#sockets.rtp : this.#sockets.rtcp;
    socket.send(datagram, port, destination.address, this.#onSent);
  }

  #receive(datagram: Buffer, source: RemoteInfo): void {
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
    const now = performance.now();
    let plain: Uint8Array = datagram;
    const protection = this.#protection;
    if (protection !== undefined) {
      // No stranger makes us calculate.
      if (!latch.mayAccept(source, now)) {
        this.#foreign++;
        return;
      }
      const opened = protection.receiver.unprotectRtp(datagram);
      if (opened === null) {
        this.#unauthentic++;
        return;
      }
      plain = opened;
    }
    const packet = parseRtp(plain);
    const codec = packet === null ? undefined : codecOf(packet.payloadType, remote);
    if (packet === null || codec === undefined) {
      this.#invalid++;
      return;
    }
    if (!latch.accept(source, packet, now)) {
      this.#foreign++;
      return;
    }
    packetRead(now);
    if (!this.#isConnected && !this.#cannotConnect && latch.isSettled(now)) {
      this.#connect(latch.destination);
    }
    const first = this.audio.reception.packets === 0;
    if (codec === 'telephone-event') this.audio.countEvent(packet, now);
    else this.audio.count(packet, now);
    if (first) this.#handlers.onStarted({ address: source.address, port: source.port });
    if (!this.isReceiving) return;
    if (codec === 'telephone-event') {
      this.#handlers.onTelephoneEvent(packet, this.audio.keyOf(packet));
    } else {
      this.#handlers.onAudio(packet, codec, now);
    }
  }

  /** RTCP is taken from the address the leg is locked to or that was announced, on any port. */
  #receiveRtcp(datagram: Uint8Array, source: RemoteInfo): void {
    const known = this.#latch?.locked?.address ?? this.#remote?.address;
    if (source.address !== known && source.address !== this.#remote?.address) {
      this.#foreign++;
      return;
    }
    const protection = this.#protection;
    const plain = protection === undefined ? datagram : protection.receiver.unprotectRtcp(datagram);
    if (plain === null) this.#unauthentic++;
    else if (!this.audio.rtcp.receive(plain)) this.#invalid++;
  }
}

/** What a received payload type stands for: as negotiated, else a static one, else undefined. */
function codecOf(
  payloadType: number,
  remote: RtpRemote,
): CodecName | 'telephone-event' | undefined {
  const { codec } = remote;
  if (payloadType === (remote.receivePayloadType ?? remote.payloadType)) return codec;
  const dtmfPayloadType = remote.receiveDtmfPayloadType ?? remote.dtmfPayloadType;
  if (payloadType === dtmfPayloadType) return 'telephone-event';
  const fixed = codecOfStaticPayloadType(payloadType);
  const hasSameClock =
    fixed !== undefined && describeCodec(fixed).clockRate === describeCodec(codec).clockRate;
  return hasSameClock ? fixed : undefined;
}
