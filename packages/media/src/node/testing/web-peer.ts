/** A browser's place in tests of the engine, taken by werift: plays a sine, hears what comes. */
import { randomInt } from 'node:crypto';
import {
  CipherContext,
  HashAlgorithm,
  MediaStreamTrack,
  NamedCurveAlgorithm,
  RTCCertificate,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RtpHeader,
  SignatureAlgorithm,
} from 'werift';
import { type DominantTone, dominantTone } from '../../audio/detect.ts';
import { createSine } from '../../audio/tone.ts';
import {
  type AudioDecoder,
  type AudioEncoder,
  createDecoder,
  createEncoder,
} from '../../audio-codec.ts';
import { describeCodec } from '../../codec.ts';
import type { CodecName } from '../../engine.ts';
import { telephoneEventSteps } from '../../rfc4733.ts';
import { startPacer } from '../pacer.ts';

const FRAMES_A_SECOND = 50;
const HEARD_FRAMES = 25;
/** Payload types of telephone-event as Chromium offers them, by clock rate in Hz. */
const DTMF_PAYLOAD_TYPES = new Map([
  [8000, 126],
  [48_000, 110],
]);

/** Codecs by the payload types offered. */
const OFFERED = new Map<number, CodecName>([
  [0, 'PCMU'],
  [8, 'PCMA'],
  [9, 'G722'],
  [111, 'opus'],
]);

export interface ReceivedPacket {
  ssrc: number;
  sequenceNumber: number;
  timestamp: number;
}

export class WebPeer {
  readonly connection: RTCPeerConnection;
  /** Every RTP packet received, in order of arrival. */
  readonly received: ReceivedPacket[] = [];
  readonly #transceiver;
  #codec: CodecName = 'PCMA';
  #payloadType = 8;
  #encoder: AudioEncoder | undefined;
  #decoder: AudioDecoder | undefined;
  #heardTransport: object | undefined;
  #heard: Int16Array[] = [];
  #stopTone: (() => void) | undefined;
  #pausedForKey = false;
  #isClosed = false;
  #sequenceNumber = randomInt(2 ** 15);
  #timestamp = randomInt(2 ** 31);

  /** Opens a peer with a DTLS certificate of its own, as each browser connection has. */
  static async open(): Promise<WebPeer> {
    const { certPem, keyPem, signatureHash } =
      await CipherContext.createSelfSignedCertificateWithKey(
        { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 },
        NamedCurveAlgorithm.secp256r1_23,
      );
    return new WebPeer(new RTCCertificate(keyPem, certPem, signatureHash));
  }

  private constructor(certificate: RTCCertificate) {
    const codec = (mimeType: string, payloadType: number, clockRate: number, channels = 1) =>
      new RTCRtpCodecParameters({ mimeType, payloadType, clockRate, channels });
    this.connection = new RTCPeerConnection({
      certificates: [certificate],
      iceServers: [],
      iceUseIpv4: false,
      iceUseIpv6: false,
      iceUseTcp: false,
      iceAdditionalHostAddresses: ['127.0.0.1'],
      codecs: {
        audio: [
          codec('audio/opus', 111, 48000, 2),
          codec('audio/G722', 9, 8000),
          codec('audio/PCMU', 0, 8000),
          codec('audio/PCMA', 8, 8000),
          codec('audio/telephone-event', 110, 48000),
          codec('audio/telephone-event', 126, 8000),
        ],
        video: [],
      },
    });
    this.#transceiver = this.connection.addTransceiver(new MediaStreamTrack({ kind: 'audio' }), {
      direction: 'sendrecv',
    });
  }

  async offer(): Promise<string> {
    await this.connection.setLocalDescription(await this.connection.createOffer());
    return this.connection.localDescription?.sdp ?? '';
  }

  async accept(answerSdp: string): Promise<void> {
    const payloadType = Number(/^m=audio \d+ \S+ (\d+)/m.exec(answerSdp)?.[1]);
    const codec = OFFERED.get(payloadType);
    if (codec === undefined) throw new Error('the answer holds no codec that was offered');
    if (codec !== this.#codec || this.#encoder === undefined) {
      this.#encoder?.free();
      this.#decoder?.free();
      this.#encoder = await createEncoder(codec, { frameSize: codec === 'G722' ? 320 : 160 });
      this.#decoder = await createDecoder(codec);
      this.#heard = [];
    }
    this.#codec = codec;
    this.#payloadType = payloadType;
    await this.connection.setRemoteDescription({ type: 'answer', sdp: answerSdp });
    this.#listen();
  }

  /**
   * Hears every packet of the transport, of whatever SSRC: browsers play those no SDP told of,
   * werift's tracks do not.
   */
  #listen(): void {
    const { dtlsTransport } = this.#transceiver;
    if (this.#heardTransport === dtlsTransport) return;
    this.#heardTransport = dtlsTransport;
    dtlsTransport.onRtp.subscribe(({ header, payload }) => {
      const { ssrc, sequenceNumber, timestamp, payloadType } = header;
      if (payloadType !== this.#payloadType) return;
      this.received.push({ ssrc, sequenceNumber, timestamp });
      const frame = this.#isClosed ? null : this.#decoder?.decode(payload);
      if (!frame) return;
      this.#heard.push(frame);
      if (this.#heard.length > HEARD_FRAMES) this.#heard.shift();
    });
  }

  /** Plays a sine until the next call; 0 Hz ends it. */
  play(frequency: number): void {
    this.#stopTone?.();
    if (frequency === 0) return;
    const encoder = this.#encoder;
    if (encoder === undefined) throw new Error('nothing can be played before the answer');
    const { sampleRate } = encoder;
    const sine = createSine({ frequency, sampleRate });
    this.#stopTone = startPacer(1000 / FRAMES_A_SECOND, () => {
      this.#timestamp = (this.#timestamp + this.#ticks) >>> 0;
      if (this.#pausedForKey || this.#isClosed) return;
      const payload = encoder.encode(sine(sampleRate / FRAMES_A_SECOND));
      this.#send(this.#payloadType, this.#timestamp, false, Buffer.from(payload));
    });
  }

  /** Presses keys one after the other, as a browser's DTMF sender does. */
  async press(digits: string): Promise<void> {
    const { clockRate } = describeCodec(this.#codec);
    const payloadType = DTMF_PAYLOAD_TYPES.get(clockRate) ?? 126;
    for (const digit of digits) {
      this.#pausedForKey = true;
      const timestamp = this.#timestamp;
      const start = performance.now();
      for (const step of telephoneEventSteps(digit, 100, clockRate)) {
        await delayUntil(start + step.atMs);
        this.#send(payloadType, timestamp, step.marker, Buffer.from(step.payload));
      }
      this.#pausedForKey = false;
      await delayUntil(start + 200);
      // Without a tone playing nothing else moves the clock on.
      if (this.#timestamp === timestamp) this.#timestamp = (timestamp + 10 * this.#ticks) >>> 0;
    }
  }

  /** What was heard in the last half second; silence until it is complete. */
  get hearing(): DominantTone {
    if (this.#heard.length < HEARD_FRAMES) return dominantTone(new Int16Array(0), 8000);
    const samples = Int16Array.from(this.#heard.flatMap((frame) => [...frame]));
    return dominantTone(samples, this.#decoder?.sampleRate ?? 8000);
  }

  /** Forgets what was heard so far. */
  forget(): void {
    this.#heard = [];
    this.received.length = 0;
  }

  async close(): Promise<void> {
    this.#stopTone?.();
    this.#isClosed = true;
    await this.connection.close();
    this.#encoder?.free();
    this.#decoder?.free();
  }

  /** RTP clock ticks of a frame. */
  get #ticks(): number {
    return describeCodec(this.#codec).clockRate / FRAMES_A_SECOND;
  }

  #send(payloadType: number, timestamp: number, marker: boolean, payload: Buffer): void {
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    const { sender, dtlsTransport } = this.#transceiver;
    if (dtlsTransport.state !== 'connected') return;
    const header = new RtpHeader({
      payloadType,
      timestamp,
      marker,
      sequenceNumber: this.#sequenceNumber,
      ssrc: sender.ssrc,
    });
    // Not through the sender, which gives every packet the payload type of the audio codec.
    void dtlsTransport.sendRtp(payload, header);
  }
}

function delayUntil(at: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
}
