/** The WebRTC leg of a bridge: one werift peer connection that answers a browser. */
import { randomBytes } from 'node:crypto';
import {
  MediaStreamTrack,
  ProtectionProfileAes128CmHmacSha1_80,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpTransceiver,
  UdpTransport,
} from 'werift';
import { describeCodec } from '../codec.ts';
import type { EngineSettings, IceState, WebRtcLostReason } from '../engine.ts';
import { MediaEngineError } from '../engine-error.ts';
import { isRtcpPacketType, parseRtp, type RtpPacket } from '../rtp.ts';
import type { WebOffer } from '../web-offer.ts';
import { IceGate } from './ice-gate.ts';
import { packetRead } from './receive-moderation.ts';
import { SrtpReceiver, SrtpSender } from './srtp.ts';

/** Copies of lost packets in the next one; the rest is the browser's choice (RFC 7587 §6.1). */
const OPUS_PARAMETERS = 'minptime=10;useinbandfec=1';
/** From the answer until ICE and DTLS are up. */
const SETUP_TIMEOUT_MS = 30_000;

export interface WebLegHandlers {
  onRtp(packet: RtpPacket, nowMs: number): void;
  /** A decrypted RTCP compound packet. */
  onRtcp(datagram: Uint8Array): void;
  /** The network stack refused a datagram. */
  onSendError(): void;
  /** ICE and DTLS are up, for the first time or again after a loss. */
  onConnected(): void;
  onLost(reason: WebRtcLostReason): void;
}

export class WebLeg {
  readonly #connection: RTCPeerConnection;
  readonly #transceiver: RTCRtpTransceiver;
  readonly #handlers: WebLegHandlers;
  #offer: WebOffer;
  #gate: IceGate | undefined;
  #setupTimer: NodeJS.Timeout | undefined;
  #up = false;
  #wasUp = false;
  #closed = false;
  #sender: SrtpSender | undefined;
  #receiver: SrtpReceiver | undefined;

  constructor(offer: WebOffer, settings: EngineSettings, ssrc: number, handlers: WebLegHandlers) {
    this.#offer = offer;
    this.#handlers = handlers;
    this.#connection = new RTCPeerConnection({
      codecs: { audio: codecsOf(offer), video: [] },
      headerExtensions: { audio: [], video: [] },
      bundlePolicy: 'max-bundle',
      iceServers: (settings.iceServers ?? []).map((server) => ({ ...server })),
      // Exactly the announced addresses: none of the machine's own are added.
      iceUseIpv4: false,
      iceUseIpv6: false,
      iceUseTcp: false,
      iceAdditionalHostAddresses: [...settings.announcedAddresses],
      // werift fills the password up to 22 hexadecimal digits, 88 bits; with these 120 bits it has
      // the 128 of RFC 8445 §5.3.
      icePasswordPrefix: randomBytes(15).toString('base64'),
      ...(settings.icePortRange === undefined
        ? {}
        : { icePortRange: [settings.icePortRange.min, settings.icePortRange.max] }),
    });
    this.#transceiver = this.#connection.addTransceiver(new MediaStreamTrack({ kind: 'audio' }), {
      direction: 'sendrecv',
    });
    // The stream outlives this connection: a browser that comes back hears the same SSRC go on.
    Reflect.set(this.#transceiver.sender, 'ssrc', ssrc);
  }

  /** What the browser offered last. */
  get offer(): WebOffer {
    return this.#offer;
  }

  /** Whether audio can flow. */
  get isUp(): boolean {
    return this.#up;
  }

  get iceState(): IceState {
    if (this.#closed) return 'closed';
    const { state, connection } = this.#transceiver.dtlsTransport.iceTransport;
    // werift also says 'completed' when it has gathered its own candidates.
    const isOpen = state === 'connected' || state === 'completed';
    return isOpen && connection.nominated === undefined ? 'checking' : state;
  }

  /** Round-trip time of the last connectivity or consent check in ms. */
  get roundTripMs(): number | null {
    const seconds = this.#transceiver.dtlsTransport.iceTransport.connection.nominated?.rtt;
    return seconds === undefined ? null : seconds * 1000;
  }

  /** Answers the first or a later offer of this connection. */
  async answer(offer: WebOffer): Promise<string> {
    const restarts = this.#gate !== undefined && offer.iceUfrag !== this.#offer.iceUfrag;
    if (restarts) {
      this.#gate?.restart();
      this.#up = false;
    }
    this.#offer = offer;
    try {
      await this.#connection.setRemoteDescription({ type: 'offer', sdp: offer.reducedSdp });
      this.#watchTransport();
      await this.#connection.setLocalDescription(await this.#connection.createAnswer());
    } catch (error) {
      throw new MediaEngineError('offer-unusable', 'the offer cannot be answered', {
        cause: error,
      });
    }
    const sdp = this.#connection.localDescription?.sdp;
    if (sdp === undefined || !sdp.includes('a=candidate:')) {
      throw new MediaEngineError('internal', 'no address could be bound for the browser');
    }
    if (restarts) this.#restartChecks();
    if (!this.#up) this.#startSetupTimer();
    return sdp;
  }

  /** Sends an RTP packet, with room behind it for its protection. */
  sendRtp(buffer: Buffer, length: number): void {
    if (!this.#up || this.#sender === undefined) return;
    this.#send(buffer.subarray(0, this.#sender.protectRtp(buffer, length)));
  }

  sendRtcp(datagram: Uint8Array): void {
    if (!this.#up || this.#sender === undefined) return;
    this.#send(this.#sender.protectRtcp(datagram));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#up = false;
    clearTimeout(this.#setupTimer);
    this.#gate?.close();
    await this.#connection.close();
  }

  #watchTransport(): void {
    if (this.#gate !== undefined) return;
    const dtls = this.#transceiver.dtlsTransport;
    this.#gate = new IceGate(
      dtls.iceTransport.connection,
      () => dtls.state === 'connected',
      (datagram) => this.#receive(datagram),
    );
    // The profile every browser must speak (RFC 8827 §6.5), and here the cheaper one by far.
    Reflect.set(dtls, 'srtpProfiles', [ProtectionProfileAes128CmHmacSha1_80]);
    dtls.sendRtp = async () => 0;
    dtls.sendRtcp = async () => undefined;
    dtls.onStateChange.subscribe((state) => {
      if (state === 'closed') this.#lose('dtls-closed');
      else if (state === 'failed') this.#lose('dtls-failed');
      else this.#checkUp();
    });
    dtls.iceTransport.onStateChange.subscribe((state) => {
      if (state === 'failed') this.#lose(this.#wasUp ? 'consent-lost' : 'ice-failed');
      else this.#checkUp();
    });
  }

  /** werift leaves ICE alone once DTLS is connected, also when the browser has restarted ICE. */
  #restartChecks(): void {
    const { iceTransport, state } = this.#transceiver.dtlsTransport;
    if (state !== 'connected') return;
    iceTransport.start().catch(() => {
      // The state change to 'failed', or the close, has told it already.
    });
  }

  #checkUp(): void {
    const ice = this.iceState;
    const isIceUp = ice === 'connected' || ice === 'completed';
    const isDtlsUp = this.#transceiver.dtlsTransport.state === 'connected';
    if (!isIceUp || !isDtlsUp || this.#up || this.#closed) return;
    if (this.#sender === undefined) this.#takeKeys();
    this.#up = true;
    this.#wasUp = true;
    clearTimeout(this.#setupTimer);
    this.#handlers.onConnected();
  }

  #lose(reason: WebRtcLostReason): void {
    if (this.#closed) return;
    clearTimeout(this.#setupTimer);
    this.#up = false;
    this.#handlers.onLost(reason);
  }

  #startSetupTimer(): void {
    clearTimeout(this.#setupTimer);
    this.#setupTimer = setTimeout(() => {
      this.#lose(this.iceState === 'checking' ? 'ice-failed' : 'dtls-failed');
    }, SETUP_TIMEOUT_MS);
    this.#setupTimer.unref();
  }

  /**
   * Takes the media keys out of the finished handshake. werift's own RTP and RTCP are shut off: two
   * senders under one key would use its keystream twice.
   */
  #takeKeys(): void {
    const { dtls } = this.#transceiver.dtlsTransport;
    const profile = dtls?.srtp.srtpProfile;
    if (dtls === undefined || profile !== ProtectionProfileAes128CmHmacSha1_80) {
      throw new MediaEngineError('internal', 'no SRTP profile was agreed on');
    }
    const keys = dtls.extractSessionKeys(16, 14);
    const suite = 'AES_CM_128_HMAC_SHA1_80';
    this.#sender = new SrtpSender(suite, Buffer.concat([keys.localKey, keys.localSalt]));
    this.#receiver = new SrtpReceiver(suite, Buffer.concat([keys.remoteKey, keys.remoteSalt]));
  }

  #receive(datagram: Buffer): void {
    const receiver = this.#receiver;
    if (this.#closed || receiver === undefined) return;
    if (datagram.length > 1 && isRtcpPacketType(datagram[1] as number)) {
      const plain = receiver.unprotectRtcp(datagram);
      if (plain !== null) this.#handlers.onRtcp(plain);
      return;
    }
    const plain = receiver.unprotectRtp(datagram);
    const packet = plain === null ? null : parseRtp(plain);
    if (packet === null) return;
    const now = performance.now();
    packetRead(now);
    this.#handlers.onRtp(packet, now);
  }

  #send(datagram: Uint8Array): void {
    const pair = this.#transceiver.dtlsTransport.iceTransport.connection.nominated;
    const transport: unknown = Reflect.get(pair?.protocol ?? {}, 'transport');
    if (pair === undefined || !(transport instanceof UdpTransport)) return;
    transport
      .send(Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength), pair.remoteAddr)
      .catch(() => this.#handlers.onSendError());
  }
}

function codecsOf(offer: WebOffer): RTCRtpCodecParameters[] {
  const { name, clockRate, channels } = describeCodec(offer.codec);
  const codecs = [
    new RTCRtpCodecParameters({
      mimeType: `audio/${name}`,
      clockRate,
      channels,
      payloadType: offer.payloadType,
      // What we want of the browser's encoder.
      ...(name === 'opus' ? { parameters: OPUS_PARAMETERS } : {}),
    }),
  ];
  if (offer.dtmfPayloadType !== undefined) {
    codecs.push(
      new RTCRtpCodecParameters({
        mimeType: 'audio/telephone-event',
        clockRate,
        channels: 1,
        payloadType: offer.dtmfPayloadType,
        parameters: '0-15',
      }),
    );
  }
  return codecs;
}
