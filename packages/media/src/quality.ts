/** Quality of what one side sends us: figures of each interval, and of the whole call (VOX-122). */
import { mosOf } from './e-model.ts';
import type { CodecName, QualityFigures, QualityTotals, SideQuality } from './engine.ts';

/** Frame and algorithmic delay of a codec with 20 ms packets, ms. */
const CODEC_DELAY_MS = 25;
/** Jitter buffer of the listener as a multiple of the jitter, at least one packet, ms. */
const BUFFER_PER_JITTER = 2;
const MIN_BUFFER_MS = 20;

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
  #last: QualityFigures | null = null;
  #before = { packets: 0, lost: 0 };
  #intervals = 0;
  #mos = { min: 5, sum: 0 };
  #jitter = { max: 0, sum: 0 };
  #roundTrip = { max: 0, sum: 0, count: 0 };

  /** Ends an interval; null when nothing was received in it. */
  measure(input: QualityInput): QualityFigures | null {
    const { codec, encrypted, jitterMs, roundTripMs } = input;
    const lost = input.lost + input.late;
    const received = input.packets - input.late - this.#before.packets;
    // What counted as lost before may have come late after all.
    const missing = Math.max(0, lost - this.#before.lost);
    if (input.packets - input.late <= this.#before.packets) return null;
    this.#before = { packets: input.packets - input.late, lost };
    const lossPercent = (100 * missing) / (missing + received);
    const bufferMs = input.bufferMs ?? Math.max(MIN_BUFFER_MS, BUFFER_PER_JITTER * jitterMs);
    const delayMs = (roundTripMs ?? 0) / 2 + bufferMs + CODEC_DELAY_MS;
    const mos = mosOf({ codec, lossPercent, delayMs });
    this.#last = { codec, lossPercent, jitterMs, roundTripMs, mos, encrypted };
    this.#intervals++;
    this.#mos = { min: Math.min(this.#mos.min, mos), sum: this.#mos.sum + mos };
    this.#jitter.max = Math.max(this.#jitter.max, jitterMs);
    this.#jitter.sum += jitterMs;
    if (roundTripMs !== null) {
      this.#roundTrip.max = Math.max(this.#roundTrip.max, roundTripMs);
      this.#roundTrip.sum += roundTripMs;
      this.#roundTrip.count++;
    }
    return this.#last;
  }

  /** The last interval and the whole; null before the first interval with audio. */
  get quality(): SideQuality | null {
    return this.#last === null ? null : { last: this.#last, totals: this.#totals() };
  }

  #totals(): QualityTotals {
    const count = this.#intervals;
    const { packets, lost } = this.#before;
    const { max, sum, count: samples } = this.#roundTrip;
    return {
      intervals: count,
      mos: { min: this.#mos.min, mean: this.#mos.sum / count },
      lossPercent: (100 * lost) / (lost + packets),
      jitterMs: { mean: this.#jitter.sum / count, max: this.#jitter.max },
      roundTripMs: samples === 0 ? null : { mean: sum / samples, max },
    };
  }
}
