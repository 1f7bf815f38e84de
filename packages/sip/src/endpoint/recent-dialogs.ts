import type { SipClock } from '../clock.ts';

/** Ended dialogs remembered at a time. */
const MAX_REMEMBERED = 1_024;

/** Dialogs that ended lately: a Replaces for one of them is declined, not unknown (RFC 3891 §3). */
export class RecentDialogs {
  private readonly clock: SipClock;
  private readonly ms: number;
  private readonly ended = new Map<string, number>();

  /** @param ms how long one is remembered */
  constructor(clock: SipClock, ms: number) {
    this.clock = clock;
    this.ms = ms;
  }

  add(key: string): void {
    this.ended.delete(key);
    this.ended.set(key, this.clock.now() + this.ms);
    for (const oldest of this.ended.keys()) {
      if (this.ended.size <= MAX_REMEMBERED) break;
      this.ended.delete(oldest);
    }
  }

  has(key: string): boolean {
    const until = this.ended.get(key);
    if (until === undefined) return false;
    if (until > this.clock.now()) return true;
    this.ended.delete(key);
    return false;
  }
}
