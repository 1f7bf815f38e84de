/** Follows one side of a bridge from report to report: when it spoke last, how good it sounds. */
import { mosOf } from '../../e-model.ts';
import type { CodecName, QualityFigures, QualityTotals, SideQuality } from '../../engine.ts';
import type { ReceiverReport, SideReport } from './query.ts';

/** Interval of quality figures (VOX-122), ms. */
const QUALITY_INTERVAL_MS = 5000;
/** What packets, jitter buffer and concealment add to the network's delay, ms. */
const FIXED_DELAY_MS = 60;

export class SideWatch {
  #packets = 0;
  #lastPacketAt: number | undefined;
  #reportedSilence: number | undefined;
  #qualityAt: number | undefined;
  #packetsAtQuality = 0;
  #last: QualityFigures | undefined;
  #totals: { intervals: number; mos: number; minMos: number; jitter: number; maxJitter: number } = {
    intervals: 0,
    mos: 0,
    minMos: Number.POSITIVE_INFINITY,
    jitter: 0,
    maxJitter: 0,
  };
  #roundTrips = { count: 0, sum: 0, max: 0 };
  #lossPercent = 0;

  get lastPacketAt(): number | undefined {
    return this.#lastPacketAt;
  }

  /** Takes a report. @returns whether packets came since the report before */
  see(report: SideReport, nowMs: number): boolean {
    const has = report.packets > this.#packets;
    if (has) this.#lastPacketAt = nowMs;
    this.#packets = report.packets;
    return has;
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
   * The figures of an interval that has just ended, or undefined. rtpengine measures nothing of
   * what it passes on; loss and jitter are those the receiver at the other end reports.
   */
  quality(
    o: { codec: CodecName; report: SideReport; heardBy: ReceiverReport | undefined },
    nowMs: number,
  ): QualityFigures | undefined {
    this.#qualityAt ??= nowMs;
    if (nowMs - this.#qualityAt < QUALITY_INTERVAL_MS) return undefined;
    this.#qualityAt = nowMs;
    const hasSpoken = this.#packets > this.#packetsAtQuality;
    this.#packetsAtQuality = this.#packets;
    if (!hasSpoken || o.heardBy === undefined) return undefined;
    const { fractionLost, jitterMs, lost } = o.heardBy;
    const roundTripMs = o.report.report?.roundTripMs ?? null;
    const lossPercent = 100 * fractionLost;
    const delayMs = (roundTripMs ?? 0) / 2 + 2 * jitterMs + FIXED_DELAY_MS;
    const mos = mosOf({ codec: o.codec, lossPercent, delayMs });
    const { codec } = o;
    this.#last = { codec, lossPercent, jitterMs, roundTripMs, mos, encrypted: o.report.isSrtp };
    this.#lossPercent = (100 * lost) / Math.max(1, this.#packets + lost);
    this.#add(this.#last);
    return this.#last;
  }

  /** The last interval's figures and those of the whole call; null before the first. */
  get qualitySoFar(): SideQuality | null {
    if (this.#last === undefined) return null;
    const { intervals, mos, minMos, jitter, maxJitter } = this.#totals;
    const { count, sum, max } = this.#roundTrips;
    const totals: QualityTotals = {
      intervals,
      mos: { min: minMos, mean: mos / intervals },
      lossPercent: this.#lossPercent,
      jitterMs: { mean: jitter / intervals, max: maxJitter },
      roundTripMs: count === 0 ? null : { mean: sum / count, max },
    };
    return { last: this.#last, totals };
  }

  #add({ mos, jitterMs, roundTripMs }: QualityFigures): void {
    const totals = this.#totals;
    totals.intervals++;
    totals.mos += mos;
    totals.minMos = Math.min(totals.minMos, mos);
    totals.jitter += jitterMs;
    totals.maxJitter = Math.max(totals.maxJitter, jitterMs);
    if (roundTripMs === null) return;
    this.#roundTrips.count++;
    this.#roundTrips.sum += roundTripMs;
    this.#roundTrips.max = Math.max(this.#roundTrips.max, roundTripMs);
  }
}
