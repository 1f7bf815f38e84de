/**
 * The media-engine port: what call control may ask of a media engine and what it is told back.
 * Types only; the adapters are `node/engine-pool.ts` (the embedded engine in a process for each
 * core), `node/forked-engine.ts` (in one process of its own) and `node/embedded-engine.ts` (in
 * this process).
 *
 * A *bridge* joins one WebRTC leg (browser; ICE, DTLS-SRTP) and one RTP leg (telephone system), or
 * as a *relay* two RTP legs. Every promise of the port rejects with a `MediaEngineError`
 * (`engine-error.ts`).
 */

/**
 * Audio codecs an engine can carry, by their RTP encoding name (RFC 3551 §6, RFC 7587).
 * `codec.ts` describes each; a new codec is added to both.
 */
export type CodecName = 'PCMA' | 'PCMU' | 'G722' | 'opus';

/** Direction of the RTP leg as seen from our side (RFC 3264 §5.1, already turned round). */
export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** What a bridge joins: a browser and an RTP leg, or two RTP legs. */
export type BridgeKind = 'webrtc' | 'relay';

/** Which leg of a bridge is meant: `webrtc` and `rtp`, or `rtp` and `far` of a relay. */
export type BridgeSide = 'webrtc' | 'rtp' | 'far';

/** The sides of a bridge that are RTP legs. */
export type RtpSide = Exclude<BridgeSide, 'webrtc'>;

/** Protection profiles of SDES (RFC 4568 §6.2, RFC 7714 §14.2). */
export type SrtpSuite = 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32' | 'AEAD_AES_128_GCM';

/** SRTP keyed by SDES: what the two `a=crypto` lines agreed on. */
export interface SrtpKeys {
  suite: SrtpSuite;
  /**
   * Key and salt of what we send: the `inline:` value of our own `a=crypto`, base64 without
   * lifetime and MKI; 30 octets, 28 with GCM.
   */
  localKey: string;
  /** Key and salt of what the far side sends, from its `a=crypto`. */
  remoteKey: string;
}

/**
 * How keys of the other side reach a leg: as RFC 4733 events, as tones in the audio, or not at
 * all (call control may send SIP INFO on the `dtmf` event).
 */
export type KeyForm = 'rfc4733' | 'inband' | 'none';

/** Our side of the plain RTP leg: what belongs in the SDP towards the telephone system. */
export interface RtpLocal {
  /** IP address the socket is bound to (the caller may announce another one). */
  address: string;
  /** UDP port of RTP: always even; RTCP is one above (RFC 3550 §11). */
  port: number;
}

/** The far side of the plain RTP leg, as negotiated by SDP. */
export interface RtpRemote {
  /** IP address (no host name) of the `c=` line. */
  address: string;
  /** UDP port of the `m=` line, 1–65535. */
  port: number;
  codec: CodecName;
  /** Payload type of `codec` in the direction towards the far side, 0–127. */
  payloadType: number;
  /** Payload type of `telephone-event`; absent when the far side offers none. */
  dtmfPayloadType?: number;
  /**
   * Clock of `telephone-event` in Hz where it is not that of `codec` (8000 beside Opus). Durations
   * are in its ticks, timestamps in those of the audio they interrupt (RFC 4733 §2.1).
   */
  dtmfClockRate?: number;
  /**
   * Payload types the far side sends with, those of our own SDP; default: the same as towards it.
   */
  receivePayloadType?: number;
  receiveDtmfPayloadType?: number;
  /** Default `rfc4733` when `dtmfPayloadType` is given, else `none`. */
  keys?: KeyForm;
  /** Listens for keys as tones in the far side's audio too; costs decoding. Default false. */
  detectInband?: boolean;
  /** Format parameters of the far side's `a=fmtp` for `codec`; read for opus (RFC 7587 §6.1). */
  fmtp?: string;
  /** Present: SRTP and SRTCP in both directions, and nothing unprotected is taken. */
  srtp?: SrtpKeys;
  /** RTCP on the RTP port (RFC 5761); default: on a port of its own. */
  rtcpMux?: boolean;
  /** Our direction: `recvonly` and `inactive` send nothing, `sendonly` and `inactive` pass nothing on. */
  direction: MediaDirection;
  /**
   * Packet time wanted by the far side in ms (`a=ptime`, RFC 8866 §6.4), 10–60; used when the
   * audio is transcoded, passed-through audio keeps that of its source. Default 20.
   */
  ptimeMs?: number;
  /** UDP port of the far side's RTCP (`a=rtcp`, RFC 3605); absent: one above its RTP. */
  rtcpPort?: number;
  /**
   * Other IP addresses the far side's packets may come from when there is NAT between us, such as
   * the source address of its SIP messages. The announced address may always use another port.
   */
  latchAddresses?: string[];
}

/** What was received on one side. */
export interface ReceivedStats {
  packets: number;
  /** Payload bytes without headers. */
  bytes: number;
  /** Packets expected by sequence number minus packets received, never below 0 (RFC 3550 §A.3). */
  lost: number;
  /** Interarrival jitter in ms (RFC 3550 §A.8). */
  jitterMs: number;
  /** Age of the last packet in ms, null before the first. */
  lastPacketAgeMs: number | null;
}

/** What was sent on one side. */
export interface SentStats {
  packets: number;
  /** Payload bytes without headers. */
  bytes: number;
  /** Packets the network stack refused (no route, buffer full); of some legs a sample is asked. */
  errors: number;
  /** Age of the last packet in ms, null before the first. */
  lastPacketAgeMs: number | null;
}

/** What the far side says it received of us (last RTCP report block, RFC 3550 §6.4.1). */
export interface RemoteReport {
  /** Share of packets lost since the report before, 0–1. */
  fractionLost: number;
  /** Cumulative number of packets lost. */
  lost: number;
  /** Interarrival jitter in ms. */
  jitterMs: number;
}

/** How good what is received on one side sounds, over the last interval. */
export interface QualityFigures {
  codec: CodecName;
  /** Length of the interval, ms. */
  durationMs: number;
  /** Share of packets lost in the interval, 0–100. */
  lossPercent: number;
  /** Interarrival jitter in ms (RFC 3550 §A.8). */
  jitterMs: number;
  /** Network round trip to the far end of the leg in ms, null while unknown. */
  roundTripMs: number | null;
  /** Estimate of the mean opinion score, 1–4.5 (E-model, ITU-T G.107). */
  mos: number;
  /** Whether the leg is protected by SRTP. */
  encrypted: boolean;
}

/** The figures of a whole call on one side. */
export interface QualityTotals {
  /** Intervals in which audio was received; longer ones count for more in the means. */
  intervals: number;
  mos: { min: number; mean: number };
  /** Of all packets expected, 0–100. */
  lossPercent: number;
  jitterMs: { mean: number; max: number };
  roundTripMs: { mean: number; max: number } | null;
}

/** Quality of one side: the last interval's figures and the totals; null before the first. */
export interface SideQuality {
  last: QualityFigures;
  totals: QualityTotals;
}

/** State of the browser's ICE transport; `new` also before the first offer. */
export type IceState =
  | 'new'
  | 'checking'
  | 'connected'
  | 'completed'
  | 'disconnected'
  | 'failed'
  | 'closed';

export interface WebRtcLegStats {
  /** Codec agreed with the browser, null before the first offer. */
  codec: CodecName | null;
  received: ReceivedStats;
  sent: SentStats;
  /** Round-trip time in ms from STUN consent checks or RTCP, null while unknown. */
  roundTripMs: number | null;
  iceState: IceState;
  remoteReport: RemoteReport | null;
  /** Whether DTLS-SRTP is up; media never flows without. */
  encrypted: boolean;
  quality: SideQuality | null;
}

export interface RtpLegStats {
  codec: CodecName | null;
  received: ReceivedStats;
  sent: SentStats;
  /** Round-trip time in ms from RTCP, null while unknown. */
  roundTripMs: number | null;
  /** Source the leg is locked to, null until the first valid packet. */
  source: { address: string; port: number } | null;
  /** Packets from another source, dropped. */
  foreign: number;
  /** Packets that were no RTP, or carried a payload type nobody negotiated, dropped. */
  invalid: number;
  /** SRTP packets whose authentication failed or that were replayed, dropped. */
  unauthentic: number;
  remoteReport: RemoteReport | null;
  /** Whether the leg is protected by SRTP. */
  encrypted: boolean;
  quality: SideQuality | null;
}

export interface BridgeStats {
  bridgeId: string;
  /** Age of the bridge in ms. */
  ageMs: number;
  kind: BridgeKind;
  /** Of a relay: all zero and null. */
  webrtc: WebRtcLegStats;
  rtp: RtpLegStats;
  /** The second RTP leg; of a relay only. */
  far?: RtpLegStats;
  /** Whether audio is passed through undecoded; null until both codecs are known. */
  passThrough: boolean | null;
}

export type WebRtcLostReason = 'dtls-closed' | 'dtls-failed' | 'consent-lost' | 'ice-failed';

/** Events of an engine with what each carries. */
export interface MediaEngineEvents {
  /** ICE and DTLS are up: audio can flow to and from the browser. */
  'webrtc-connected': { bridgeId: string };
  /** The browser is gone (tab closed, network lost); the bridge stays until it is closed. */
  'webrtc-lost': { bridgeId: string; reason: WebRtcLostReason };
  /** The first valid packet of an RTP leg arrived. */
  'rtp-started': {
    bridgeId: string;
    side: RtpSide;
    source: { address: string; port: number };
  };
  /**
   * Nothing came from a side for `silentMs`, counted from its last packet or from the moment it
   * could first send; told once per silence, and not while the direction of the leg expects none.
   */
  'media-silent': { bridgeId: string; side: BridgeSide; silentMs: number };
  /** A key was pressed on a side; told once per key, when it begins, in whichever form it came. */
  dtmf: { bridgeId: string; side: BridgeSide; digit: string };
  /**
   * For each side from which audio came in the interval: one and two seconds after the first, so
   * that short calls have figures too, then every 5 s of it (VOX-122).
   */
  quality: { bridgeId: string; side: BridgeSide } & QualityFigures;
  /** The engine closed the bridge by itself: no packet of any side within the idle limit. */
  'bridge-expired': { bridgeId: string };
  /** The engine process died: these bridges no longer exist. It is started again by itself. */
  'engine-lost': { bridgeIds: string[]; reason: string };
}

export type MediaEngineEvent = keyof MediaEngineEvents;

export interface CreateBridge {
  /** Chosen by the caller, 1–128 characters. */
  bridgeId: string;
  /** Local IP address to bind the RTP sockets to. */
  rtpAddress: string;
  /** Default `webrtc`. */
  kind?: BridgeKind;
}

export interface CreatedBridge {
  rtp: RtpLocal;
  /** Of a relay: its second leg. */
  far?: RtpLocal;
}

export interface AnswerWebRtc {
  bridgeId: string;
  offerSdp: string;
  /**
   * Codecs allowed towards the browser, in order of preference (LIN-075); default PCMA, PCMU.
   */
  codecs?: CodecName[];
  /** Put before the default order and before pass-through; of no effect beside `codecs`. */
  preferred?: CodecName;
}

export interface SetRtpRemote {
  bridgeId: string;
  side?: RtpSide;
  remote: RtpRemote;
}

export interface SendDtmf {
  bridgeId: string;
  /** The side that is to get the digits, default `rtp`. */
  side?: BridgeSide;
  /** `0-9 * # A-D`, at most 64. */
  digits: string;
  /** Length of a digit, 40–6000 ms, default 100. */
  toneMs?: number;
  /** Pause after a digit, 30–6000 ms, default 70. */
  gapMs?: number;
  /** Telephone events (RFC 4733) or tones in the audio; default `rfc4733`. */
  mode?: Exclude<KeyForm, 'none'>;
}

export interface MediaEngine {
  /**
   * Opens a bridge: `webrtc` (default) between a browser and an RTP leg, `relay` between two RTP
   * legs, `rtp` and `far`, for forwarding and transfer.
   * Rejects with `bridge-exists`, `too-many-bridges` or `rtp-ports-exhausted`.
   */
  createBridge(o: CreateBridge): Promise<CreatedBridge>;

  /**
   * Answers a browser's complete (non-trickle) offer. The answer holds one codec and the
   * telephone-event of its clock with the offer's payload types. The codec is the RTP leg's when
   * that is known, allowed and offered (pass-through), else the first of `codecs` that the browser
   * offers. Whatever the telephone system picks, the engine transcodes when it must. A later offer
   * of the same browser connection is an ICE restart or renegotiation; an offer with another DTLS
   * fingerprint replaces the connection. The browser's candidates are not used: the engine waits
   * to be checked from there, so announced addresses must be reachable for it, and `.local`
   * candidates do no harm.
   * Rejects with `offer-unusable`.
   */
  answerWebRtc(o: AnswerWebRtc): Promise<{ answerSdp: string }>;

  /**
   * Sets or changes the far side of an RTP leg. A changed address or port opens a new, bounded
   * window in which the leg may latch to another source of valid packets (see `latchAddresses`).
   * Until the first call nothing is sent and nothing taken.
   * @param o.side default `rtp`; `far` is the second leg of a relay
   */
  setRtpRemote(o: SetRtpRemote): Promise<void>;

  /**
   * Sends DTMF towards a side; resolves when the last digit has been sent. At most 64 digits may
   * wait; rejects with `dtmf-unavailable` when the side negotiated no telephone-event and `mode`
   * is `rfc4733`, or cannot be sent to.
   */
  sendDtmf(o: SendDtmf): Promise<void>;

  stats(bridgeId: string): Promise<BridgeStats>;

  /** Closes both legs and frees the ports. Closing an unknown bridge is not an error. */
  closeBridge(bridgeId: string): Promise<void>;

  /** Subscribes; the returned function ends the subscription. */
  on<E extends MediaEngineEvent>(
    event: E,
    handler: (detail: MediaEngineEvents[E]) => void,
  ): () => void;

  /** Closes every bridge and the engine. */
  close(): Promise<void>;
}

/** STUN or TURN server for the engine's own ICE agent. */
export interface IceServer {
  urls: string;
  username?: string;
  credential?: string;
}

export interface EngineSettings {
  /**
   * ICE host candidates, e.g. `127.0.0.1` and the LAN address: addresses of this machine at which
   * browsers may reach it. Browsers that gather no loopback candidate need the LAN address.
   */
  announcedAddresses: string[];
  /** Lowest UDP port of RTP legs; `0` in both: any free port. */
  rtpPortMin: number;
  /** Highest UDP port of RTP legs, inclusive (the RTCP port may be this one). */
  rtpPortMax: number;
  /** UDP ports of browser legs, inclusive; absent: any free port. */
  icePortRange?: { min: number; max: number };
  iceServers?: IceServer[];
  maxBridges: number;
  /** A side that sends nothing for this long is reported as `media-silent`, ms. */
  silentAfterMs: number;
  /** A bridge without any packet for this long is closed and reported, ms; default 300 000. */
  idleLimitMs?: number;
  /** How long after `setRtpRemote` the RTP leg may latch to a new source, ms; default 10 000. */
  latchWindowMs?: number;
  /** How Opus is encoded where the engine transcodes. */
  opus?: OpusSettings;
}

/** Settings of the Opus encoder (RFC 6716); what the far side's `fmtp` limits wins. */
export interface OpusSettings {
  /** Bits a second, 6 000–128 000, default 24 000. */
  bitrate?: number;
  /** Effort of the encoder, 0–10, default 5. */
  complexity?: number;
  /** In-band forward error correction, default true. */
  fec?: boolean;
  /** Discontinuous transmission, default false. */
  dtx?: boolean;
  /**
   * What it is tuned to, default `voip`. `audio` takes half the time at 24 kbit/s and leaves forward
   * error correction without effect: from some 18 kbit/s on it codes by CELT, which has none.
   */
  application?: 'voip' | 'audio';
}
