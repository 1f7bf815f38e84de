/** Follows one side of a bridge from report to report: when it spoke last, how good it sounds. */
import type { CodecName, QualityFigures, SideQuality } from '../../engine.ts';
import { QualityMeter } from '../../quality.ts';
import type { ReceiverReport, SideReport } from './query.ts';

/** Loss beyond this sounds no worse. */
const MAX_LOSS = 0.99;

export class SideWatch {
  readonly #meter = new QualityMeter();
  #packets = 0;
  #lastPacketAt: number | undefined;
  #reportedSilence: number | undefined;
  /** Packets at the end of the last interval, and those lost on the way by then. */
  #measured = { packets: 0, lost: 0 };

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
   * it passes on: loss and jitter are those the receiver at the other end reports by RTCP. An
   * interval goes on until there is a report.
   */
  quality(
    o: { codec: CodecName; report: SideReport; heardBy: ReceiverReport | undefined },
    nowMs: number,
  ): QualityFigures | null {
    const { packets } = o.report;
    if (!this.#meter.isDue(packets, nowMs) || o.heardBy === undefined) return null;
    const share = Math.min(MAX_LOSS, o.heardBy.fractionLost);
    const received = Math.max(0, packets - this.#measured.packets);
    const lost = this.#measured.lost + (received * share) / (1 - share);
    this.#measured = { packets, lost };
    return this.#meter.measure(
      {
        codec: o.codec,
        encrypted: o.report.isSrtp,
        packets,
        lost,
        late: 0,
        jitterMs: o.heardBy.jitterMs,
        roundTripMs: o.report.report?.roundTripMs ?? null,
      },
      nowMs,
    );
  }

  /** Packets of this side that the receiver at the other end reported lost so far. */
  get lost(): number {
    return Math.round(this.#measured.lost);
  }

  /** The last interval's figures and those of the whole call; null before the first. */
  get qualitySoFar(): SideQuality | null {
    return this.#meter.quality;
  }
}
