import type { WireEvent } from '../endpoint/wire-event.ts';

/** Collects what an endpoint sends and receives, in short words such as `> INVITE` or `< 200 BYE`. */
export class WireLog {
  readonly events: WireEvent[] = [];
  private readonly watchers = new Set<() => void>();

  /** To be given to an endpoint as `onMessage`. */
  readonly record = (event: WireEvent): void => {
    this.events.push(event);
    for (const watcher of [...this.watchers]) watcher();
  };

  get lines(): string[] {
    return this.events.map((event) => describe(event));
  }

  /** How often a line was seen. */
  count(line: string): number {
    return this.lines.filter((seen) => seen === line).length;
  }

  /** Resolves once a line was seen that often; rejects when it was not within `ms`. */
  async until(line: string, times = 1, ms = 3_000): Promise<void> {
    if (this.count(line) >= times) return;
    await new Promise<void>((resolve, reject) => {
      const guard = setTimeout(() => {
        this.watchers.delete(check);
        reject(new Error(`"${line}" not seen ${times}×; seen: ${this.lines.join(' | ')}`));
      }, ms);
      const check = () => {
        if (this.count(line) < times) return;
        clearTimeout(guard);
        this.watchers.delete(check);
        resolve();
      };
      this.watchers.add(check);
    });
  }
}

function describe(event: WireEvent): string {
  const arrow = event.direction === 'out' ? '>' : '<';
  const { message } = event;
  if (message === undefined) return `${arrow} ?`;
  if (message.kind === 'request') return `${arrow} ${message.method}`;
  return `${arrow} ${message.statusCode} ${message.cseq.method}`;
}
