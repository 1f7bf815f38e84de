/** The WebRTC leg of a bridge: one werift peer connection that answers a browser. */
import { randomBytes } from 'node:crypto';
import {
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpTransceiver,
  RtcpRrPacket,
  RtcpSrPacket,
  RtpHeader,
  RtpPacket as WeriftPacket,
} from 'werift';
import { describeCodec } from '../codec.ts';
import type { EngineSettings, IceState, RemoteReport, WebRtcLostReason } from '../engine.ts';
import { MediaEngineError } from '../engine-error.ts';
import type { RtpPacket } from '../rtp.ts';
import type { WebOffer } from '../web-offer.ts';
import { IceGate } from './ice-gate.ts';

/** From the answer until ICE and DTLS are up. */
const SETUP_TIMEOUT_MS = 30_000;

export interface WebLegHandlers {
  onRtp(packet: RtpPacket): void;
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
  #remoteReport: RemoteReport | null = null;
  #sendErrors = 0;

  constructor(offer: WebOffer, settings: EngineSettings, handlers: WebLegHandlers) {
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
    this.#connection.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe((packet) => this.#receive(packet));
    });
    this.#transceiver = this.#connection.addTransceiver(new MediaStreamTrack({ kind: 'audio' }), {
      direction: 'sendrecv',
    });
    this.#transceiver.sender.onRtcp.subscribe((packet) => {
      if (packet instanceof RtcpSrPacket || packet instanceof RtcpRrPacket)
        this.#readReport(packet);
    });
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

  get remoteReport(): RemoteReport | null {
    return this.#remoteReport;
  }

  get sendErrors(): number {
    return this.#sendErrors;
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

  /** Sends one packet of the audio codec; the connection sets SSRC and payload type. */
  send(packet: {
    sequenceNumber: number;
    timestamp: number;
    marker: boolean;
    payload: Uint8Array;
  }): void {
    if (!this.#up) return;
    const { sequenceNumber, timestamp, marker, payload } = packet;
    const header = new RtpHeader({ sequenceNumber, timestamp, marker });
    const body = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    this.#transceiver.sender.sendRtp(new WeriftPacket(header, body)).catch(() => {
      this.#sendErrors++;
    });
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
    this.#gate = new IceGate(dtls.iceTransport.connection, () => dtls.state === 'connected');
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

  #receive({ header, payload }: WeriftPacket): void {
    if (this.#closed) return;
    this.#handlers.onRtp({
      payloadType: header.payloadType,
      marker: header.marker,
      sequenceNumber: header.sequenceNumber,
      timestamp: header.timestamp,
      ssrc: header.ssrc,
      payload,
    });
  }

  #readReport(packet: RtcpSrPacket | RtcpRrPacket): void {
    const block = packet.reports.find((report) => report.ssrc === this.#transceiver.sender.ssrc);
    if (block === undefined) return;
    const { clockRate } = describeCodec(this.#offer.codec);
    this.#remoteReport = {
      fractionLost: block.fractionLost / 256,
      lost: block.packetsLost,
      jitterMs: (block.jitter * 1000) / clockRate,
    };
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
    }),
  ];
  if (offer.dtmfPayloadType !== undefined) {
    codecs.push(
      new RTCRtpCodecParameters({
        mimeType: 'audio/telephone-event',
        clockRate: 8000,
        channels: 1,
        payloadType: offer.dtmfPayloadType,
        parameters: '0-15',
      }),
    );
  }
  return codecs;
}
