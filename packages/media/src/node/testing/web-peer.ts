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
import { describeCodec } from '../../codec.ts';
import type { CodecName } from '../../engine.ts';
import { decodeG711, encodeG711 } from '../../g711.ts';
import { telephoneEventSteps } from '../../rfc4733.ts';
import { startPacer } from '../pacer.ts';

const FRAME_SAMPLES = 160;
const HEARD_FRAMES = 25;
/** Payload types as Chromium offers them. */
const DTMF_PAYLOAD_TYPE = 126;

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
  #heardTransport: object | undefined;
  #heard: Int16Array[] = [];
  #stopTone: (() => void) | undefined;
  #pausedForKey = false;
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
          codec('audio/telephone-event', DTMF_PAYLOAD_TYPE, 8000),
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
    this.#codec = / PCMU\/8000/.test(answerSdp) ? 'PCMU' : 'PCMA';
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
      if (payloadType === DTMF_PAYLOAD_TYPE) return;
      this.received.push({ ssrc, sequenceNumber, timestamp });
      this.#heard.push(decodeG711(this.#codec, payload));
      if (this.#heard.length > HEARD_FRAMES) this.#heard.shift();
    });
  }

  /** Plays a sine until the next call; 0 Hz ends it. */
  play(frequency: number): void {
    this.#stopTone?.();
    if (frequency === 0) return;
    const sine = createSine({ frequency });
    this.#stopTone = startPacer(20, () => {
      const samples = sine(FRAME_SAMPLES);
      this.#timestamp = (this.#timestamp + FRAME_SAMPLES) >>> 0;
      if (this.#pausedForKey) return;
      const { staticPayloadType = 8 } = describeCodec(this.#codec);
      this.#send(
        staticPayloadType,
        this.#timestamp,
        false,
        Buffer.from(encodeG711(this.#codec, samples)),
      );
    });
  }

  /** Presses keys one after the other, as a browser's DTMF sender does. */
  async press(digits: string): Promise<void> {
    for (const digit of digits) {
      this.#pausedForKey = true;
      const timestamp = this.#timestamp;
      const start = performance.now();
      for (const step of telephoneEventSteps(digit, 100)) {
        await delayUntil(start + step.atMs);
        this.#send(DTMF_PAYLOAD_TYPE, timestamp, step.marker, Buffer.from(step.payload));
      }
      this.#pausedForKey = false;
      await delayUntil(start + 200);
      // Without a tone playing nothing else moves the clock on.
      if (this.#timestamp === timestamp) this.#timestamp = (timestamp + 1600) >>> 0;
    }
  }

  /** What was heard in the last half second; silence until it is complete. */
  get hearing(): DominantTone {
    if (this.#heard.length < HEARD_FRAMES) return dominantTone(new Int16Array(0), 8000);
    const samples = Int16Array.from(this.#heard.flatMap((frame) => [...frame]));
    return dominantTone(samples, 8000);
  }

  /** Forgets what was heard so far. */
  forget(): void {
    this.#heard = [];
    this.received.length = 0;
  }

  async close(): Promise<void> {
    this.#stopTone?.();
    await this.connection.close();
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
