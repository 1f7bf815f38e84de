/** Follows a bridge by rtpengine's reports: its events and its figures. */
import type {
  BridgeSide,
  BridgeStats,
  CodecName,
  MediaDirection,
  MediaEngineEvent,
  MediaEngineEvents,
  ReceivedStats,
  RemoteReport,
  RtpLegStats,
  RtpSide,
  SentStats,
  WebRtcLegStats,
} from '../../engine.ts';
import type { NgBridge } from './ng-bridge.ts';
import { type CallReport, readQuery, type SideReport } from './query.ts';
import { SideWatch } from './side-watch.ts';

/** RTP header without extensions: rtpengine counts it, the port does not. */
const HEADER = 12;
/** A browser that sends neither RTP nor RTCP for this long is gone, ms. */
const WEB_LOST_AFTER_MS = 10_000;

export interface BridgeWatchOptions {
  silentAfterMs: number;
  emit<E extends Exclude<MediaEngineEvent, 'engine-lost'>>(
    event: E,
    detail: MediaEngineEvents[E],
  ): void;
}

export class BridgeWatch {
  readonly #bridge: NgBridge;
  readonly #options: BridgeWatchOptions;
  readonly #createdAt = performance.now();
  readonly #sides = { webrtc: new SideWatch(), rtp: new SideWatch(), far: new SideWatch() };
  readonly #reports: Partial<Record<BridgeSide, SideReport>> = {};
  /** Since when a leg's far side is expected to send. */
  readonly #listeningSince = new Map<RtpSide, number>();
  readonly #hasStarted = new Set<RtpSide>();
  #webUpSince: number | undefined;
  #isWebLost = false;

  constructor(bridge: NgBridge, options: BridgeWatchOptions) {
    this.#bridge = bridge;
    this.#options = options;
  }

  /** When any side was heard last, monotonic ms; the creation before that. */
  get lastPacketAt(): number {
    const at = Object.values(this.#sides).map(({ lastPacketAt }) => lastPacketAt ?? 0);
    return Math.max(this.#createdAt, ...at);
  }

  /** Another browser connection was answered. */
  webChanged(): void {
    this.#webUpSince = undefined;
    this.#isWebLost = false;
  }

  /** The far side of a leg was set. */
  remoteChanged(side: RtpSide, direction: MediaDirection): void {
    const expects = direction === 'sendrecv' || direction === 'recvonly';
    if (!expects) this.#listeningSince.delete(side);
    else if (!this.#listeningSince.has(side)) this.#listeningSince.set(side, performance.now());
  }

  /**
   * Fetches what rtpengine knows.
   * @returns false when it knows the bridge no more
   * @throws MediaEngineError
   */
  async look(nowMs: number): Promise<boolean> {
    const sides: RtpSide[] = this.#bridge.kind === 'relay' ? ['rtp', 'far'] : ['rtp'];
    for (const side of sides) {
      const reply = await this.#bridge.call(side)?.query();
      if (reply === undefined) return false;
      this.#take(side, readQuery(reply), nowMs);
    }
    return true;
  }

  #take(side: RtpSide, { sides }: CallReport, nowMs: number): void {
    this.#see(side, sides.leg, nowMs);
    if (this.#bridge.kind === 'webrtc') this.#see('webrtc', sides.near, nowMs);
  }

  #see(side: BridgeSide, report: SideReport | undefined, nowMs: number): void {
    if (report === undefined) return;
    this.#reports[side] = report;
    this.#sides[side].see(report, nowMs);
  }

  /** Tells what happened between the last two looks. */
  tell(nowMs: number): void {
    const { id: bridgeId, kind } = this.#bridge;
    const { emit, silentAfterMs } = this.#options;
    if (kind === 'webrtc') this.#tellWeb(nowMs);
    for (const side of kind === 'relay' ? (['rtp', 'far'] as const) : (['rtp'] as const)) {
      const report = this.#reports[side];
      const source = report?.endpoint;
      if (report && report.packets > 0 && source && !this.#hasStarted.has(side)) {
        this.#hasStarted.add(side);
        emit('rtp-started', { bridgeId, side, source });
      }
      const since = this.#listeningSince.get(side);
      const silentMs = this.#sides[side].silence(since, silentAfterMs, nowMs);
      if (silentMs !== undefined) emit('media-silent', { bridgeId, side, silentMs });
      this.#tellQuality(side, nowMs);
    }
  }

  #tellWeb(nowMs: number): void {
    const { id: bridgeId } = this.#bridge;
    const { emit, silentAfterMs } = this.#options;
    const report = this.#reports.webrtc;
    if (report?.isDtlsUp === true && this.#webUpSince === undefined && !this.#isWebLost) {
      this.#webUpSince = nowMs;
      emit('webrtc-connected', { bridgeId });
    }
    const silentMs = this.#sides.webrtc.silence(this.#webUpSince, silentAfterMs, nowMs);
    if (silentMs !== undefined) emit('media-silent', { bridgeId, side: 'webrtc', silentMs });
    this.#tellQuality('webrtc', nowMs);
    if (this.#webUpSince === undefined) return;
    const heardAt = Math.max(this.#webUpSince, this.#sides.webrtc.lastPacketAt ?? 0);
    if (nowMs - heardAt < WEB_LOST_AFTER_MS) return;
    this.#webUpSince = undefined;
    this.#isWebLost = true;
    emit('webrtc-lost', { bridgeId, reason: 'consent-lost' });
  }

  #tellQuality(side: BridgeSide, nowMs: number): void {
    const report = this.#reports[side];
    const codec = this.#codec(side);
    if (report === undefined || codec === null) return;
    const heardBy = this.#reports[this.#opposite(side)]?.report;
    const figures = this.#sides[side].quality({ codec, report, heardBy }, nowMs);
    if (figures === null) return;
    this.#options.emit('quality', { bridgeId: this.#bridge.id, side, ...figures });
  }

  #opposite(side: BridgeSide): BridgeSide {
    if (side === 'rtp') return this.#bridge.kind === 'relay' ? 'far' : 'webrtc';
    return 'rtp';
  }

  #codec(side: BridgeSide): CodecName | null {
    const formats = side === 'webrtc' ? this.#bridge.offer : this.#bridge.remote(side);
    return formats?.codec ?? null;
  }

  stats(nowMs: number): BridgeStats {
    const { id: bridgeId, kind } = this.#bridge;
    const [own, other] = [this.#codec('rtp'), this.#codec(this.#opposite('rtp'))];
    return {
      bridgeId,
      ageMs: nowMs - this.#createdAt,
      kind,
      webrtc: this.#webStats(nowMs),
      rtp: this.#legStats('rtp', nowMs),
      ...(kind === 'relay' ? { far: this.#legStats('far', nowMs) } : {}),
      passThrough: own === null || other === null ? null : own === other,
    };
  }

  #webStats(nowMs: number): WebRtcLegStats {
    const report = this.#reports.webrtc;
    return {
      codec: this.#codec('webrtc'),
      received: this.#received('webrtc', nowMs),
      sent: this.#sent('webrtc', nowMs),
      roundTripMs: report?.report?.roundTripMs ?? null,
      iceState: this.#iceState(),
      remoteReport: this.#remoteReport('webrtc'),
      encrypted: report?.isDtlsUp ?? false,
      quality: this.#sides.webrtc.qualitySoFar,
    };
  }

  #iceState(): WebRtcLegStats['iceState'] {
    if (this.#isWebLost) return 'disconnected';
    const report = this.#reports.webrtc;
    if (report?.isDtlsUp === true) return 'connected';
    return report?.isIce === true ? 'checking' : 'new';
  }

  #legStats(side: RtpSide, nowMs: number): RtpLegStats {
    const report = this.#reports[side];
    const isProtected = this.#bridge.remote(side)?.srtp !== undefined;
    const errors = report?.errors ?? 0;
    return {
      codec: this.#codec(side),
      received: this.#received(side, nowMs),
      sent: this.#sent(side, nowMs),
      roundTripMs: report?.report?.roundTripMs ?? null,
      source: report && report.packets > 0 ? (report.endpoint ?? null) : null,
      // rtpengine counts all it drops as one.
      foreign: isProtected ? 0 : errors,
      invalid: 0,
      unauthentic: isProtected ? errors : 0,
      remoteReport: this.#remoteReport(side),
      encrypted: isProtected,
      quality: this.#sides[side].qualitySoFar,
    };
  }

  /** What a side reports is about what the other side sends. */
  #remoteReport(side: BridgeSide): RemoteReport | null {
    const report = this.#reports[side]?.report;
    if (report === undefined) return null;
    const { fractionLost, jitterMs } = report;
    return { fractionLost, lost: this.#sides[this.#opposite(side)].lost, jitterMs };
  }

  /** rtpengine measures neither loss nor jitter of what it receives. */
  #received(side: BridgeSide, nowMs: number): ReceivedStats {
    const { packets = 0, bytes = 0 } = this.#reports[side] ?? {};
    const { lastPacketAt } = this.#sides[side];
    return {
      packets,
      bytes: Math.max(0, bytes - HEADER * packets),
      lost: 0,
      jitterMs: 0,
      lastPacketAgeMs: lastPacketAt === undefined ? null : nowMs - lastPacketAt,
    };
  }

  /** It does not count what it sends: that is what the other side sent. */
  #sent(side: BridgeSide, nowMs: number): SentStats {
    const opposite = this.#opposite(side);
    const { packets, bytes, lastPacketAgeMs } = this.#received(opposite, nowMs);
    return { packets, bytes, errors: 0, lastPacketAgeMs };
  }
}
