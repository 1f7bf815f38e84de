import type { Scheduler } from '../scheduler.ts';

/** The named timers of one call; setting a name again replaces it. */
export class Timers<Name extends string> {
  private readonly scheduler: Scheduler;
  private readonly running = new Map<Name, () => void>();
  private ended = false;

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  set(name: Name, ms: number, task: () => void): void {
    this.clear(name);
    if (this.ended) return;
    const cancel = this.scheduler.after(ms, () => {
      this.running.delete(name);
      task();
    });
    this.running.set(name, cancel);
  }

  has(name: Name): boolean {
    return this.running.has(name);
  }

  clear(name: Name): void {
    this.running.get(name)?.();
    this.running.delete(name);
  }

  /** Clears all; none can be set any more. */
  end(): void {
    this.ended = true;
    for (const cancel of this.running.values()) cancel();
    this.running.clear();
  }
}
