import type { Codec } from './codec.ts';
import type { CryptoAttribute } from './crypto.ts';
import type { Direction } from './direction.ts';
import type { DtlsParameters, DtlsRole } from './dtls.ts';
import type { IceParameters } from './ice.ts';
import type { SessionDescription } from './session-description.ts';

/** What our side can do with one audio stream. */
export interface MediaCapabilities {
  /** IP address media is received at. */
  address: string;
  port: number;
  /** In order of preference, without telephone-event. */
  codecs: readonly Codec[];
  /**
   * Payload type for DTMF at 8 kHz; absent: no RFC 4733. Codecs with another clock get a
   * telephone-event of their own clock (RFC 4733 §2.1) at the next free payload type.
   */
  telephoneEvent?: { payloadType: number; events?: string };
  direction: Direction;
  /** Milliseconds of audio a packet we like to receive. */
  ptime?: number;
  /** Most milliseconds of audio a packet we can take. */
  maxptime?: number;
  /** Offer RTP and RTCP on one port (RFC 5761). */
  rtcpMux?: boolean;
  /**
   * SDES keys (RFC 4568): `off` speaks plain RTP only, `required` SRTP only (LIN-044, VOX-117).
   * `optional` offers SRTP too, but also answers plain offers: an offer says RTP/SAVP or RTP/AVP,
   * never both. To be used over TLS only: the keys stand in the description.
   */
  srtp?: {
    mode: 'off' | 'optional' | 'required';
    /** Our keys, one line a suite, in order of preference. */
    local: readonly CryptoAttribute[];
    /** Keys with an MKI can be met; default no, such lines are passed over. */
    mki?: boolean;
  };
  /** DTLS-SRTP (RFC 5763), instead of `srtp`: nothing else is offered or accepted then. */
  dtls?: DtlsParameters;
  /** Written into the description; candidates are not judged here. */
  ice?: IceParameters;
  /** `o=` line: the same id for a whole call, a higher version with every change. */
  session: { id: string; version: number; username?: string };
  /**
   * Our description this session used last. An offer then keeps its m-lines, a description equal to
   * it keeps its version, and any other gets the next one (RFC 3264 §8); `session.version` does not
   * count.
   */
  previous?: SessionDescription;
  /** Whose order of codecs decides an answer; default `offer` (RFC 3264 §6.1). */
  preference?: 'offer' | 'local';
}

/** What both sides agreed on, seen from ours. */
export interface NegotiatedMedia {
  /** Format we send, as the other side describes it. */
  codec: Codec;
  sendPayloadType: number;
  receivePayloadType: number;
  /** Payload types for telephone-event; absent when one side has none. */
  dtmf?: { sendPayloadType: number; receivePayloadType: number; clockRate: number };
  remoteAddress: string;
  remotePort: number;
  /** From `a=rtcp`, else where RTP goes. */
  remoteRtcpAddress: string;
  /** From `a=rtcp`, else the next port, the same one with rtcp-mux. */
  remoteRtcpPort: number;
  rtcpMux: boolean;
  direction: Direction;
  /** The other side does not want to hear us: it holds the call. */
  held: boolean;
  /** Milliseconds of audio a packet we send. */
  ptime: number;
  /** Index of the m-line. */
  mediaIndex: number;
  /** Such as `RTP/AVP`. */
  protocol: string;
  /** SDES keys: ours for what we send, the other side's for what we receive. */
  crypto?: { local: CryptoAttribute; remote: CryptoAttribute };
  /** DTLS of the other side, and who opens the handshake. */
  dtls?: { remote: DtlsParameters; role: DtlsRole };
  /** ICE of the other side. */
  ice?: IceParameters;
}

/** Why no media was agreed on. */
export type NegotiationError =
  /** No audio line at all. */
  | 'no-audio'
  /** Audio lines have port 0. */
  | 'audio-rejected'
  /** Audio is there, but over no transport we speak. */
  | 'unsupported-protocol'
  /** Audio is there without encryption, which we insist on (VOX-117). */
  | 'encryption-required'
  /** Encrypted, but no key line has a suite and parameters we can meet. */
  | 'no-common-crypto'
  /** DTLS without a fingerprint or role we can use. */
  | 'no-common-dtls'
  | 'no-common-codec'
  /** Neither session nor media say where to send. */
  | 'no-connection-address'
  /** The answer has other m-lines or keys than the offer (RFC 3264 §6, RFC 4568 §5.1.3). */
  | 'answer-does-not-match';
