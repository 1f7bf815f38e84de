import type { SipClock, TimerHandle } from '../clock.ts';

interface Entry {
  at: number;
  order: number;
  fire: () => void;
}

/** A clock that stands still until it is told to move; timers fire in order of their due time. */
export class FakeClock implements SipClock {
  private time: number;
  private order = 0;
  private readonly entries = new Set<Entry>();

  constructor(start = 0) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  setTimer(fire: () => void, ms: number): TimerHandle {
    const entry: Entry = { at: this.time + ms, order: this.order++, fire };
    this.entries.add(entry);
    return entry;
  }

  clearTimer(handle: TimerHandle): void {
    this.entries.delete(handle as Entry);
  }

  /** Timers still running. */
  get pending(): number {
    return this.entries.size;
  }

  /** Milliseconds until the next timer fires, `undefined` when none runs. */
  get nextIn(): number | undefined {
    const next = this.next();
    return next === undefined ? undefined : next.at - this.time;
  }

  /** Moves time forward, firing every timer that falls due on the way. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let next = this.next(); next !== undefined && next.at <= end; next = this.next()) {
      this.entries.delete(next);
      this.time = Math.max(this.time, next.at);
      next.fire();
    }
    this.time = end;
  }

  private next(): Entry | undefined {
    let best: Entry | undefined;
    for (const entry of this.entries) {
      if (
        best === undefined ||
        entry.at < best.at ||
        (entry.at === best.at && entry.order < best.order)
      ) {
        best = entry;
      }
    }
    return best;
  }
}
