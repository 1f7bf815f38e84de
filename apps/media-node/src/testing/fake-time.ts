import type { Clock } from '@trunkline/platform/clock.ts';
import type { Scheduler } from '../scheduler.ts';

interface Task {
  at: number;
  order: number;
  run: () => void;
}

/** A clock and scheduler whose time moves only when a test says so. */
export class FakeTime implements Clock, Scheduler {
  private elapsed = 0;
  private order = 0;
  private readonly start: number;
  private readonly tasks = new Set<Task>();

  constructor(start = Date.parse('2026-11-23T09:00:00.000Z')) {
    this.start = start;
  }

  now(): Date {
    return new Date(this.start + this.elapsed);
  }

  monotonic(): number {
    return this.elapsed;
  }

  after(ms: number, run: () => void): () => void {
    const task = { at: this.elapsed + ms, order: this.order++, run };
    this.tasks.add(task);
    return () => this.tasks.delete(task);
  }

  /** Number of tasks still waiting: a leak shows here. */
  get waiting(): number {
    return this.tasks.size;
  }

  /** Moves time on, running what falls due in order. */
  advance(ms: number): void {
    const until = this.elapsed + ms;
    for (;;) {
      const due = [...this.tasks]
        .filter((task) => task.at <= until)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.tasks.delete(due);
      this.elapsed = Math.max(this.elapsed, due.at);
      due.run();
    }
    this.elapsed = until;
  }
}
