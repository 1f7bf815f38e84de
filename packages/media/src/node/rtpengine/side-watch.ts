/** Follows one side of a bridge from report to report: when it spoke last, how good it sounds. */
import type { CodecName, QualityFigures, SideQuality } from '../../engine.ts';
import { QualityMeter } from '../../quality.ts';
import type { ReceiverReport, SideReport } from './query.ts';

/** Interval of quality figures (VOX-122), ms. */
const QUALITY_INTERVAL_MS = 5000;

export class SideWatch {
  readonly #meter = new QualityMeter();
  #packets = 0;
  #lastPacketAt: number | undefined;
  #reportedSilence: number | undefined;
  #qualityAt: number | undefined;

  /** When packets were seen last, monotonic ms. */
  get lastPacketAt(): number | undefined {
    return this.#lastPacketAt;
  }

  /** Takes a report. */
  see(report: SideReport, nowMs: number): void {
    if (report.packets > this.#packets) this.#lastPacketAt = nowMs;
    this.#packets = report.packets;
  }

  /**
   * Tells a silence once.
   * @param since when the side could first send, monotonic ms; undefined while it need not
   * @returns its length in ms, or undefined
   */
  silence(since: number | undefined, afterMs: number, nowMs: number): number | undefined {
    if (since === undefined) return undefined;
    const quietSince = Math.max(since, this.#lastPacketAt ?? 0);
    if (nowMs - quietSince < afterMs || this.#reportedSilence === quietSince) return undefined;
    this.#reportedSilence = quietSince;
    return Math.round(nowMs - quietSince);
  }

  /**
   * The figures of an interval that has just ended, or null. rtpengine measures nothing of what
   * it passes on: loss and jitter are those the receiver at the other end reports by RTCP.
   */
  quality(
    o: { codec: CodecName; report: SideReport; heardBy: ReceiverReport | undefined },
    nowMs: number,
  ): QualityFigures | null {
    this.#qualityAt ??= nowMs;
    if (nowMs - this.#qualityAt < QUALITY_INTERVAL_MS) return null;
    this.#qualityAt = nowMs;
    if (o.heardBy === undefined) return null;
    return this.#meter.measure({
      codec: o.codec,
      encrypted: o.report.isSrtp,
      packets: o.report.packets,
      lost: o.heardBy.lost,
      late: 0,
      jitterMs: o.heardBy.jitterMs,
      roundTripMs: o.report.report?.roundTripMs ?? null,
    });
  }

  /** The last interval's figures and those of the whole call; null before the first. */
  get qualitySoFar(): SideQuality | null {
    return this.#meter.quality;
  }
}
