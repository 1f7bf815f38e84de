/** Quality of what one side sends us: figures of each interval, and of the whole call (VOX-122). */
import { mosOverNetwork } from './e-model.ts';
import type { CodecName, QualityFigures, QualityTotals, SideQuality } from './engine.ts';

/** Length of an interval, and of the first ones: a call of a second has figures too (VOX-122), ms. */
const INTERVAL_MS = 5_000;
const FIRST_INTERVALS_MS = [1_000, 1_000, 3_000];

/** Counters of a side as they stand; all but jitter and round trip only grow. */
export interface QualityInput {
  codec: CodecName;
  encrypted: boolean;
  packets: number;
  lost: number;
  /** Packets received but too late to be played, where that is known. */
  late: number;
  jitterMs: number;
  roundTripMs: number | null;
  /** What our own jitter buffer waits, when there is one. */
  bufferMs?: number;
}

export class QualityMeter {
  /** When the present interval began, monotonic ms; undefined before any audio. */
  #since: number | undefined;
  /** Intervals that have ended, those without audio too. */
  #ended = 0;
  #last: QualityFigures | null = null;
  #before = { packets: 0, lost: 0 };
  #intervals = 0;
  #measuredMs = 0;
  /** Sums are of values times milliseconds. */
  #mos = { min: 5, sum: 0 };
  #jitter = { max: 0, sum: 0 };
  #roundTrip = { max: 0, sum: 0, measuredMs: 0 };

  /**
   * Whether an interval has run its time; the first begins with the first packet.
   * @param packets received so far
   */
  isDue(packets: number, nowMs: number): boolean {
    if (this.#since === undefined && packets > 0) this.#since = nowMs;
    const length = FIRST_INTERVALS_MS[this.#ended] ?? INTERVAL_MS;
    return this.#since !== undefined && nowMs - this.#since >= length;
  }

  /** Ends an interval, at best one that is due; null when nothing was received in it. */
  measure(input: QualityInput, nowMs: number): QualityFigures | null {
    const durationMs = Math.max(1, nowMs - (this.#since ?? nowMs));
    this.#since = nowMs;
    this.#ended++;
    const { codec, encrypted, jitterMs, roundTripMs, bufferMs } = input;
    const lost = input.lost + input.late;
    const received = input.packets - input.late - this.#before.packets;
    // What counted as lost before may have come late after all.
    const missing = Math.max(0, lost - this.#before.lost);
    if (input.packets - input.late <= this.#before.packets) return null;
    this.#before = { packets: input.packets - input.late, lost };
    const lossPercent = (100 * missing) / (missing + received);
    const known = bufferMs === undefined ? {} : { bufferMs };
    const mos = mosOverNetwork({ codec, lossPercent, jitterMs, roundTripMs, ...known });
    this.#last = { codec, durationMs, lossPercent, jitterMs, roundTripMs, mos, encrypted };
    this.#intervals++;
    this.#measuredMs += durationMs;
    this.#mos = { min: Math.min(this.#mos.min, mos), sum: this.#mos.sum + mos * durationMs };
    this.#jitter.max = Math.max(this.#jitter.max, jitterMs);
    this.#jitter.sum += jitterMs * durationMs;
    if (roundTripMs !== null) {
      this.#roundTrip.max = Math.max(this.#roundTrip.max, roundTripMs);
      this.#roundTrip.sum += roundTripMs * durationMs;
      this.#roundTrip.measuredMs += durationMs;
    }
    return this.#last;
  }

  /** The last interval and the whole; null before the first interval with audio. */
  get quality(): SideQuality | null {
    return this.#last === null ? null : { last: this.#last, totals: this.#totals() };
  }

  #totals(): QualityTotals {
    const whole = this.#measuredMs;
    const { packets, lost } = this.#before;
    const { max, sum, measuredMs } = this.#roundTrip;
    return {
      intervals: this.#intervals,
      mos: { min: this.#mos.min, mean: this.#mos.sum / whole },
      lossPercent: (100 * lost) / (lost + packets),
      jitterMs: { mean: this.#jitter.sum / whole, max: this.#jitter.max },
      roundTripMs: measuredMs === 0 ? null : { mean: sum / measuredMs, max },
    };
  }
}
