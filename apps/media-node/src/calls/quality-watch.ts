import type { CallQuality, LegQuality } from '@trunkline/contracts/media.ts';
import type { BridgeSide, QualityFigures } from '@trunkline/media/engine.ts';
import type { Clock } from '@trunkline/platform/clock.ts';

/** A change is told at most this often. */
const changeMs = 10_000;
/** Bounds of ITU-T G.107 Annex B between bad, poor, fair and good: MOS of R 50, 60 and 70. */
const bounds = [2.6, 3.1, 3.6];

interface Tally {
  last: LegQuality;
  measuredMs: number;
  /** Of values times milliseconds: long intervals count for more. */
  sums: { loss: number; jitter: number; mos: number; roundTrip: number; roundTripMs: number };
  told: { level: number; at: number } | null;
}

/** How the sides of one call sound: the last figures, the mean over the call, changes worth telling. */
export class QualityWatch {
  private readonly clock: Clock;
  private readonly sides = new Map<BridgeSide, Tally>();
  private lastSide: BridgeSide | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Takes figures of the engine. @returns whether it became so much better or worse to be told */
  note(side: BridgeSide, figures: QualityFigures): boolean {
    const last: LegQuality = {
      codec: figures.codec,
      encrypted: figures.encrypted,
      lossPercent: figures.lossPercent,
      jitterMs: figures.jitterMs,
      roundTripMs: figures.roundTripMs,
      mos: figures.mos,
    };
    const tally = this.sides.get(side) ?? {
      last,
      measuredMs: 0,
      sums: { loss: 0, jitter: 0, mos: 0, roundTrip: 0, roundTripMs: 0 },
      told: null,
    };
    this.sides.set(side, tally);
    tally.last = last;
    const { durationMs } = figures;
    tally.measuredMs += durationMs;
    tally.sums.loss += figures.lossPercent * durationMs;
    tally.sums.jitter += figures.jitterMs * durationMs;
    tally.sums.mos += figures.mos * durationMs;
    if (figures.roundTripMs !== null) {
      tally.sums.roundTrip += figures.roundTripMs * durationMs;
      tally.sums.roundTripMs += durationMs;
    }
    const now = this.clock.monotonic();
    const level = bounds.filter((bound) => figures.mos >= bound).length;
    if (tally.told?.level === level) return false;
    if (tally.told && now - tally.told.at < changeMs) return false;
    const first = tally.told === null;
    tally.told = { level, at: now };
    // That a call begins well goes without saying.
    return !(first && level === bounds.length);
  }

  /**
   * Whether figures just noted are to be shown: once an interval, with those of the PBX's side, or
   * without where only the other side has any.
   */
  isToShow(side: BridgeSide): boolean {
    const isAgain = this.lastSide === side;
    this.lastSide = side;
    return side === 'rtp' || isAgain;
  }

  /** The last figures of a side. */
  lastOf(side: BridgeSide): LegQuality | null {
    return this.sides.get(side)?.last ?? null;
  }

  /** What the user's devices are shown. */
  get shown(): CallQuality {
    return { client: this.lastOf('webrtc'), pbx: this.lastOf('rtp') };
  }

  /** The mean over the whole call, of each side that was heard. */
  finals(): [side: BridgeSide, quality: LegQuality][] {
    return [...this.sides].map(([side, { last, measuredMs, sums }]) => [
      side,
      {
        codec: last.codec,
        encrypted: last.encrypted,
        lossPercent: sums.loss / measuredMs,
        jitterMs: sums.jitter / measuredMs,
        roundTripMs: sums.roundTripMs === 0 ? null : sums.roundTrip / sums.roundTripMs,
        mos: sums.mos / measuredMs,
      },
    ]);
  }
}
