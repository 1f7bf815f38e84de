import type { Clock } from '@trunkline/platform/clock.ts';
import type { Scheduler } from '../scheduler.ts';

/** Runs tasks one after the other with a pause between their starts (LIN-042). */
export class Pacer {
  private readonly queue: { key: string; run: () => void }[] = [];
  private lastRun = Number.NEGATIVE_INFINITY;
  private cancel: (() => void) | undefined;
  private readonly time: Clock & Scheduler;
  pauseMs: number;

  constructor(time: Clock & Scheduler, pauseMs: number) {
    this.time = time;
    this.pauseMs = pauseMs;
  }

  /** Queues a task; one of the same key that still waits is replaced. */
  add(key: string, run: () => void): void {
    this.remove(key);
    this.queue.push({ key, run });
    this.plan();
  }

  remove(key: string): void {
    const index = this.queue.findIndex((task) => task.key === key);
    if (index >= 0) this.queue.splice(index, 1);
  }

  stop(): void {
    this.queue.length = 0;
    this.cancel?.();
    this.cancel = undefined;
  }

  private plan(): void {
    if (this.cancel || this.queue.length === 0) return;
    const wait = Math.max(0, this.lastRun + this.pauseMs - this.time.monotonic());
    this.cancel = this.time.after(wait, () => {
      this.cancel = undefined;
      const task = this.queue.shift();
      if (!task) return;
      this.lastRun = this.time.monotonic();
      task.run();
      this.plan();
    });
  }
}
