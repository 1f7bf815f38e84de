/**
 * A telephone at an RTP leg that shares nothing with the engines but the codecs and SRTP: plays a
 * sine, hears what comes from anybody, and may be told to misbehave. Each source is kept apart.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { type DominantTone, dominantTone } from '../../audio/detect.ts';
import { createSine } from '../../audio/tone.ts';
import {
  type AudioDecoder,
  type AudioEncoder,
  createDecoder,
  createEncoder,
} from '../../audio-codec.ts';
import { describeCodec } from '../../codec.ts';
import type { CodecName, RtpLocal, RtpRemote, SrtpKeys, SrtpSuite } from '../../engine.ts';
import { parseTelephoneEvent, TelephoneEventReceiver, telephoneEventSteps } from '../../rfc4733.ts';
import { isRtcpPacketType, parseRtp, serializeRtp } from '../../rtp.ts';
import { startPacer } from '../pacer.ts';
import { SRTP_OVERHEAD, SrtpReceiver, SrtpSender, srtpKeyLength } from '../srtp.ts';

const HEARD_FRAMES = 25;
const FRAMES_A_SECOND = 50;

export interface TestPhoneOptions {
  /** Default 127.0.0.1. */
  address?: string;
  codec?: CodecName;
  payloadType?: number;
  dtmfPayloadType?: number;
  /** Of telephone-event, Hz; default that of the codec. */
  dtmfClockRate?: number;
  /** Protects with fresh keys of this suite. */
  srtp?: SrtpSuite;
}

/** What one source (SSRC) sent. */
interface Heard {
  decoder: AudioDecoder;
  frames: Int16Array[];
  packets: number;
}

export class TestPhone {
  readonly port: number;
  readonly address: string;
  readonly codec: CodecName;
  /** Keys heard, in order. */
  readonly keys: string[] = [];
  /** Payload types of everything received, RTCP aside. */
  readonly payloadTypes = new Set<number>();
  /** SSRCs received, in order of their first packet. */
  readonly ssrcs: number[] = [];
  /** RTCP packets received, as they came. */
  readonly rtcp: Uint8Array[] = [];
  /** Datagrams that did not authenticate. */
  unauthentic = 0;
  /** The greatest duration of a key heard, in ticks of its clock. */
  longestEvent = 0;
  /** RTP packets received, keys too. */
  packets = 0;
  /** SSRC of what it sends; may be changed while it plays. */
  ssrc = randomInt(1, 2 ** 32);
  /** A copy of each datagram it sends. */
  readonly sent: Uint8Array[] = [];
  readonly #socket: Socket;
  readonly #rtcpSocket: Socket;
  readonly #payloadType: number;
  readonly #dtmfPayloadType: number | undefined;
  readonly #dtmfClockRate: number | undefined;
  readonly #srtp: SrtpKeys | undefined;
  readonly #sender: SrtpSender | undefined;
  readonly #receiver: SrtpReceiver | undefined;
  readonly #newDecoder: () => Promise<AudioDecoder>;
  readonly #encoder: AudioEncoder;
  readonly #receiveKeys = new TelephoneEventReceiver();
  readonly #heard = new Map<number, Heard | undefined>();
  #lastHeard: Heard | undefined;
  #to: { address: string; port: number } | undefined;
  #stop: (() => void) | undefined;
  #isPressing = false;
  #sequenceNumber = randomInt(2 ** 15);
  #timestamp = randomInt(2 ** 31);

  /** Opens a phone on a free even port and the one above. */
  static async open(options: TestPhoneOptions = {}): Promise<TestPhone> {
    const { address = '127.0.0.1', codec = 'PCMA' } = options;
    const sockets = await bindPair(address);
    const frameSize = codec === 'G722' ? 320 : 160;
    const encoder = await createEncoder(codec, { frameSize });
    return new TestPhone(options, address, codec, sockets, encoder);
  }

  private constructor(
    options: TestPhoneOptions,
    address: string,
    codec: CodecName,
    sockets: { rtp: Socket; rtcp: Socket },
    encoder: AudioEncoder,
  ) {
    this.address = address;
    this.codec = codec;
    this.#socket = sockets.rtp;
    this.#rtcpSocket = sockets.rtcp;
    this.port = sockets.rtp.address().port;
    this.#payloadType = options.payloadType ?? describeCodec(codec).staticPayloadType ?? 111;
    this.#dtmfPayloadType = options.dtmfPayloadType ?? 101;
    this.#dtmfClockRate = options.dtmfClockRate;
    this.#encoder = encoder;
    this.#newDecoder = () => createDecoder(codec);
    const { srtp: suite } = options;
    if (suite !== undefined) {
      const [engineKey, ownKey] = [0, 1].map(() => randomBytes(srtpKeyLength(suite)));
      this.#sender = new SrtpSender(suite, ownKey as Buffer);
      this.#receiver = new SrtpReceiver(suite, engineKey as Buffer);
      this.#srtp = {
        suite,
        localKey: (engineKey as Buffer).toString('base64'),
        remoteKey: (ownKey as Buffer).toString('base64'),
      };
    }
    this.#socket.on('message', (datagram) => void this.#receive(datagram));
    this.#rtcpSocket.on('message', (datagram) => this.rtcp.push(Uint8Array.from(datagram)));
  }

  /** What its SDP says, for the engine. */
  remote(more: Partial<RtpRemote> = {}): RtpRemote {
    return {
      address: this.address,
      port: this.port,
      codec: this.codec,
      payloadType: this.#payloadType,
      direction: 'sendrecv',
      ...(this.#dtmfPayloadType === undefined ? {} : { dtmfPayloadType: this.#dtmfPayloadType }),
      ...(this.#dtmfClockRate === undefined ? {} : { dtmfClockRate: this.#dtmfClockRate }),
      ...(this.#srtp === undefined ? {} : { srtp: this.#srtp }),
      ...(this.codec === 'opus' ? { fmtp: 'useinbandfec=1' } : {}),
      ...more,
    };
  }

  /** Where to send. */
  sendTo({ address, port }: RtpLocal): void {
    this.#to = { address, port };
  }

  /** Plays a sine until the next call; 0 Hz ends it. */
  play(frequency: number): void {
    this.#stop?.();
    this.#stop = undefined;
    if (frequency === 0) return;
    const { sampleRate } = this.#encoder;
    const sine = createSine({ frequency, sampleRate });
    this.#stop = startPacer(1000 / FRAMES_A_SECOND, () => {
      const payload = this.#encoder.encode(sine(sampleRate / FRAMES_A_SECOND));
      this.#timestamp = (this.#timestamp + this.#ticks) >>> 0;
      if (!this.#isPressing) this.#send(this.#payloadType, this.#timestamp, false, payload);
    });
  }

  /** Presses keys by RFC 4733, one after the other. */
  async press(digits: string): Promise<void> {
    for (const digit of digits) {
      this.#isPressing = true;
      const timestamp = this.#timestamp;
      const start = performance.now();
      const clockRate = this.#dtmfClockRate ?? describeCodec(this.codec).clockRate;
      for (const step of telephoneEventSteps(digit, 100, clockRate)) {
        await delayUntil(start + step.atMs);
        this.#send(this.#dtmfPayloadType ?? 101, timestamp, step.marker, step.payload);
      }
      this.#isPressing = false;
      await delayUntil(start + 200);
      if (this.#timestamp === timestamp) this.#timestamp = (timestamp + 10 * this.#ticks) >>> 0;
    }
  }

  /** Sends a datagram as it is. */
  sendRaw(datagram: Uint8Array): void {
    if (this.#to === undefined) return;
    this.#socket.send(datagram, this.#to.port, this.#to.address, () => undefined);
  }

  /** Sends RTCP as it is from the port above RTP to the one above the engine's. */
  sendRtcp(datagram: Uint8Array): void {
    if (this.#to === undefined) return;
    this.#rtcpSocket.send(datagram, this.#to.port + 1, this.#to.address, () => undefined);
  }

  /** What the newest source sounded like in the last half second; silence until it is complete. */
  get hearing(): DominantTone {
    const heard = this.#lastHeard;
    const { frames = [], decoder } = heard ?? {};
    if (frames.length < HEARD_FRAMES || decoder === undefined) {
      return dominantTone(new Int16Array(0), 8000);
    }
    return dominantTone(Int16Array.from(frames.flatMap((f) => [...f])), decoder.sampleRate);
  }

  /** Forgets what was heard so far. */
  forget(): void {
    for (const heard of this.#heard.values()) if (heard !== undefined) heard.frames = [];
  }

  close(): void {
    this.play(0);
    for (const heard of this.#heard.values()) heard?.decoder.free();
    this.#encoder.free();
    this.#socket.close();
    this.#rtcpSocket.close();
  }

  /** RTP clock ticks of a frame. */
  get #ticks(): number {
    return describeCodec(this.codec).clockRate / FRAMES_A_SECOND;
  }

  #send(payloadType: number, timestamp: number, marker: boolean, payload: Uint8Array): void {
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    const packet = serializeRtp({
      payloadType,
      marker,
      timestamp,
      payload,
      sequenceNumber: this.#sequenceNumber,
      ssrc: this.ssrc,
    });
    const datagram = this.#protect(packet);
    this.sent.push(datagram);
    if (this.sent.length > 1000) this.sent.shift();
    this.sendRaw(datagram);
  }

  #protect(packet: Uint8Array): Uint8Array {
    if (this.#sender === undefined) return packet;
    const buffer = new Uint8Array(packet.length + SRTP_OVERHEAD);
    buffer.set(packet);
    return buffer.subarray(0, this.#sender.protectRtp(buffer, packet.length));
  }

  async #receive(datagram: Buffer): Promise<void> {
    if (isRtcpPacketType(datagram[1] ?? 0)) {
      this.rtcp.push(Uint8Array.from(datagram));
      return;
    }
    const plain = this.#receiver === undefined ? datagram : this.#receiver.unprotectRtp(datagram);
    const packet = plain === null ? null : parseRtp(plain);
    if (packet === null) {
      this.unauthentic++;
      return;
    }
    this.packets++;
    this.payloadTypes.add(packet.payloadType);
    if (!this.ssrcs.includes(packet.ssrc)) this.ssrcs.push(packet.ssrc);
    if (packet.payloadType === this.#dtmfPayloadType) {
      this.longestEvent = Math.max(
        this.longestEvent,
        parseTelephoneEvent(packet.payload)?.duration ?? 0,
      );
      const digit = this.#receiveKeys.push(packet);
      if (digit !== undefined) this.keys.push(digit);
      return;
    }
    if (packet.payloadType !== this.#payloadType) return;
    const { payload } = packet;
    let heard = this.#heard.get(packet.ssrc);
    if (heard === undefined) {
      // Packets that come while the decoder is made are not heard.
      if (this.#heard.has(packet.ssrc)) return;
      this.#heard.set(packet.ssrc, undefined);
      heard = { decoder: await this.#newDecoder(), frames: [], packets: 0 };
      this.#heard.set(packet.ssrc, heard);
    }
    const frame = heard.decoder.decode(payload);
    if (frame === null) return;
    heard.packets++;
    heard.frames.push(frame);
    if (heard.frames.length > HEARD_FRAMES) heard.frames.shift();
    this.#lastHeard = heard;
  }
}

async function bindPair(address: string): Promise<{ rtp: Socket; rtcp: Socket }> {
  for (let attempt = 0; attempt < 64; attempt++) {
    const rtp = await bind(address, 0);
    const { port } = (rtp as Socket).address();
    const rtcp = port % 2 === 0 ? await bind(address, port + 1) : undefined;
    if (rtp !== undefined && rtcp !== undefined) return { rtp, rtcp };
    rtp?.close();
  }
  throw new Error('no free pair of ports for a phone');
}

function bind(address: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(undefined));
    socket.bind({ port, address, exclusive: true }, () => resolve(socket));
  });
}

function delayUntil(at: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
}
