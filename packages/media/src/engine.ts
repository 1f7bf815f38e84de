/**
 * The media-engine port: what call control may ask of a media engine and what it is told back.
 * Types only; the adapters are `node/forked-engine.ts` (embedded engine in a process of its own)
 * and `node/embedded-engine.ts` (the same engine in this process).
 *
 * A *bridge* joins one WebRTC leg (browser; ICE, DTLS-SRTP) and one plain RTP leg (telephone
 * system). Every promise of the port rejects with a `MediaEngineError` (`engine-error.ts`).
 */

/**
 * Audio codecs an engine can carry on the RTP leg, by their RTP encoding name (RFC 3551 §6).
 * `codec.ts` describes each; a new codec is added to both.
 */
export type CodecName = 'PCMA' | 'PCMU';

/** Direction of the RTP leg as seen from our side (RFC 3264 §5.1, already turned round). */
export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** Which leg of a bridge is meant. */
export type BridgeSide = 'webrtc' | 'rtp';

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
  /** Payload type of `telephone-event/8000`; absent when the far side offers none. */
  dtmfPayloadType?: number;
  /** Our direction: `recvonly` and `inactive` send nothing, `sendonly` and `inactive` pass nothing on. */
  direction: MediaDirection;
  /** Packet time wanted by the far side in ms (`a=ptime`, RFC 8866 §6.4); informative when passing through. */
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
  /** Packets the network stack refused (no route, buffer full). */
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
  remoteReport: RemoteReport | null;
}

export interface BridgeStats {
  bridgeId: string;
  /** Age of the bridge in ms. */
  ageMs: number;
  webrtc: WebRtcLegStats;
  rtp: RtpLegStats;
}

export type WebRtcLostReason = 'dtls-closed' | 'dtls-failed' | 'consent-lost' | 'ice-failed';

/** Events of an engine with what each carries. */
export interface MediaEngineEvents {
  /** ICE and DTLS are up: audio can flow to and from the browser. */
  'webrtc-connected': { bridgeId: string };
  /** The browser is gone (tab closed, network lost); the bridge stays until it is closed. */
  'webrtc-lost': { bridgeId: string; reason: WebRtcLostReason };
  /** The first valid packet of the RTP leg arrived. */
  'rtp-started': { bridgeId: string; source: { address: string; port: number } };
  /**
   * Nothing came from a side for `silentMs`, counted from its last packet or from the moment it
   * could first send; told once per silence, and not while the direction of the leg expects none.
   */
  'media-silent': { bridgeId: string; side: BridgeSide; silentMs: number };
  /** A key was pressed on a side; told once per key, when it begins. */
  dtmf: { bridgeId: string; side: BridgeSide; digit: string };
  /** The engine closed the bridge by itself: no packet of any side within the idle limit. */
  'bridge-expired': { bridgeId: string };
  /** The engine process died: these bridges no longer exist. It is started again by itself. */
  'engine-lost': { bridgeIds: string[]; reason: string };
}

export type MediaEngineEvent = keyof MediaEngineEvents;

export interface MediaEngine {
  /**
   * Opens a bridge between one WebRTC leg and one plain RTP leg.
   * Rejects with `bridge-exists`, `too-many-bridges` or `rtp-ports-exhausted`.
   * @param o.bridgeId chosen by the caller, 1–128 characters
   * @param o.rtpAddress local IP address to bind the RTP socket to
   */
  createBridge(o: { bridgeId: string; rtpAddress: string }): Promise<{ rtp: RtpLocal }>;

  /**
   * Answers a browser's complete (non-trickle) offer. The answer holds one G.711 codec and
   * telephone-event/8000 with the offer's payload types; when the telephone system picks the
   * other law the engine converts by table. A later offer of the same browser connection is an
   * ICE restart or renegotiation; an offer with another DTLS fingerprint replaces the connection.
   * The browser's candidates are not used: the engine waits to be checked from there, so announced
   * addresses must be reachable for it, and `.local` candidates do no harm.
   * Rejects with `offer-unusable`.
   */
  answerWebRtc(o: {
    bridgeId: string;
    offerSdp: string;
    preferred?: CodecName;
  }): Promise<{ answerSdp: string }>;

  /**
   * Sets or changes the far side of the RTP leg. A changed address or port opens a new, bounded
   * window in which the leg may latch to another source of valid packets (see `latchAddresses`).
   * Until the first call nothing is sent and nothing taken.
   */
  setRtpRemote(o: { bridgeId: string; remote: RtpRemote }): Promise<void>;

  /**
   * Sends DTMF by RFC 4733 towards the RTP leg; resolves when the last digit has been sent.
   * Digits `0-9 * # A-D`, at most 64 a call; rejects with `dtmf-unavailable` when the far side
   * negotiated no telephone-event.
   * @param o.toneMs length of a digit, 40–6000 ms, default 100
   * @param o.gapMs pause after a digit, 30–6000 ms, default 70
   */
  sendDtmf(o: { bridgeId: string; digits: string; toneMs?: number; gapMs?: number }): Promise<void>;

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
}
