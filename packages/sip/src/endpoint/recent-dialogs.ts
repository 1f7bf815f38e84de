import type { SipClock } from '../clock.ts';

/** Ended dialogs remembered at a time; when there are more, the older half is forgotten at once. */
const MAX_REMEMBERED = 1_024;

/** Dialogs that ended lately: a Replaces for one of them is declined, not unknown (RFC 3891 §3). */
export class RecentDialogs {
  private readonly clock: SipClock;
  private readonly ms: number;
  private ended = new Map<string, number>();
  private before: ReadonlyMap<string, number> = new Map();

  /** @param ms how long one is remembered */
  constructor(clock: SipClock, ms: number) {
    this.clock = clock;
    this.ms = ms;
  }

  add(key: string): void {
    if (this.ended.size >= MAX_REMEMBERED / 2) {
      // Taking out one at a time would walk over the gaps of all those taken out before.
      this.before = this.ended;
      this.ended = new Map();
    }
    this.ended.set(key, this.clock.now() + this.ms);
  }

  has(key: string): boolean {
    const until = this.ended.get(key) ?? this.before.get(key);
    return until !== undefined && until > this.clock.now();
  }
}
