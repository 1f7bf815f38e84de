/** Handle of a running timer, only ever given back to the clock that made it. */
export type TimerHandle = unknown;

/**
 * The only source of time in the stack. Durations are milliseconds; `now` is wall-clock time since
 * the epoch for records, timers run on the platform's monotonic clock.
 */
export interface SipClock {
  now(): number;
  setTimer(fire: () => void, ms: number): TimerHandle;
  clearTimer(handle: TimerHandle): void;
}

interface Waiting {
  /** Undefined once it is stopped. */
  fire: (() => void) | undefined;
  readonly due: number;
  readonly list: TimerList;
  next: Waiting | undefined;
  previous: Waiting | undefined;
}

/** Longest time a timer may be late so that others are looked at with it, milliseconds. */
const LONGEST_SLACK_MS = 20;

/**
 * Timers of one duration. They fall due in the order they were set, so that a call's dozen, nearly all
 * of which are stopped before, cost a link each and one timer of the platform together. That one is
 * set no more often than every hundredth of the duration.
 */
class TimerList {
  private readonly ms: number;
  private readonly emptied: () => void;
  private first: Waiting | undefined;
  private last: Waiting | undefined;
  private platform: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, emptied: () => void) {
    this.ms = ms;
    this.emptied = emptied;
  }

  add(fire: () => void): Waiting {
    const due = performance.now() + this.ms;
    const { last } = this;
    const waiting: Waiting = { fire, due, list: this, next: undefined, previous: last };
    if (last === undefined) this.first = waiting;
    else last.next = waiting;
    this.last = waiting;
    this.platform ??= setTimeout(this.run, this.ms);
    return waiting;
  }

  remove(waiting: Waiting): void {
    if (waiting.fire === undefined) return;
    this.unlink(waiting);
    if (this.first !== undefined) return;
    // The platform's timer keeps the process alive, so it goes with the last of ours.
    clearTimeout(this.platform);
    this.platform = undefined;
    this.emptied();
  }

  private readonly run = (): void => {
    this.platform = undefined;
    // The platform counts whole milliseconds.
    const now = performance.now() + 1;
    try {
      for (let head = this.first; head !== undefined && head.due <= now; head = this.first) {
        const { fire } = head;
        this.unlink(head);
        fire?.();
      }
    } finally {
      // What throws keeps the others waiting for no longer than a turn.
      if (this.first === undefined) this.emptied();
      else this.platform ??= setTimeout(this.run, this.pause(this.first.due));
    }
  };

  private pause(due: number): number {
    const slack = Math.min(this.ms / 100, LONGEST_SLACK_MS);
    return Math.max(due - performance.now(), slack);
  }

  private unlink(waiting: Waiting): void {
    const { next, previous } = waiting;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    waiting.fire = undefined;
    waiting.next = undefined;
    waiting.previous = undefined;
  }
}

const lists = new Map<number, TimerList>();

/** The platform's own clock. */
export const systemClock: SipClock = {
  now: () => Date.now(),
  setTimer(fire, ms) {
    let list = lists.get(ms);
    if (list === undefined) {
      const made: TimerList = new TimerList(ms, () => {
        if (lists.get(ms) === made) lists.delete(ms);
      });
      lists.set(ms, made);
      list = made;
    }
    return list.add(fire);
  },
  clearTimer(handle) {
    const waiting = handle as Waiting | undefined;
    waiting?.list.remove(waiting);
  },
};
