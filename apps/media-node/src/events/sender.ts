import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { Scheduler } from '../scheduler.ts';
import { isAfter, type Position } from './segments.ts';

/** The spool as the sender needs it. */
export interface EventSource {
  readonly acknowledged: Position;
  read(after: Position, limit: number): Promise<EventEnvelope[]>;
  acknowledge(position: Position): Promise<void>;
  onReady(handler: () => void): void;
}

export interface EventSenderOptions {
  source: EventSource;
  /** False when the link is down or full. */
  send: (events: EventEnvelope[]) => boolean;
  scheduler: Scheduler;
  logger: Logger;
}

const batchEvents = 200;
/** Sent and not yet acknowledged, at most. */
const windowEvents = 1000;
/** Without a word of the other side for this long, everything unacknowledged is sent again. */
const ackTimeoutMs = 15_000;
const retryMs = 1000;

/**
 * Sends spooled events in order until they are acknowledged. An acknowledgement counts for one
 * boot epoch only, so the next epoch is sent when the one before is acknowledged whole.
 */
export class EventSender {
  private readonly options: EventSenderOptions;
  private up = false;
  private cursor: Position;
  private inFlight = 0;
  private pumping = false;
  private wake = false;
  private cancelTimer: (() => void) | undefined;

  constructor(options: EventSenderOptions) {
    this.options = options;
    this.cursor = options.source.acknowledged;
    options.source.onReady(() => this.pump());
  }

  /** The link is up: what is not acknowledged is sent (again). */
  linkUp(): void {
    this.up = true;
    this.restart();
  }

  linkDown(): void {
    this.up = false;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  /** The other side has stored everything of a boot epoch up to `seq`. */
  async acknowledged(position: Position): Promise<void> {
    await this.options.source.acknowledge(position);
    const { acknowledged } = this.options.source;
    if (isAfter(acknowledged, this.cursor)) this.cursor = acknowledged;
    this.inFlight =
      acknowledged.bootEpoch === this.cursor.bootEpoch ? this.cursor.seq - acknowledged.seq : 0;
    this.watch();
    this.pump();
  }

  private restart(): void {
    this.cursor = this.options.source.acknowledged;
    this.inFlight = 0;
    this.pump();
  }

  private pump(): void {
    this.wake = true;
    if (this.pumping) return;
    this.pumping = true;
    this.run()
      .catch((error: unknown) => {
        this.options.logger.error({ err: error }, 'events could not be read from the spool');
        this.later(retryMs, () => this.pump());
      })
      .finally(() => {
        this.pumping = false;
        if (this.wake && this.up) this.pump();
      });
  }

  private async run(): Promise<void> {
    while (this.wake && this.up) {
      this.wake = false;
      if (this.inFlight >= windowEvents) return;
      const from = this.cursor;
      const events = await this.options.source.read(from, batchEvents);
      // The link went down and up, or an acknowledgement came, while we read.
      if (this.cursor !== from) {
        this.wake = true;
        continue;
      }
      const [first] = events;
      if (!first || !this.up) return;
      if (first.bootEpoch !== from.bootEpoch && this.inFlight > 0) return;
      const batch = events.filter((event) => event.bootEpoch === first.bootEpoch);
      if (!this.options.send(batch)) {
        this.later(retryMs, () => this.pump());
        return;
      }
      const last = batch.at(-1) ?? first;
      this.cursor = { bootEpoch: last.bootEpoch, seq: last.seq };
      this.inFlight += batch.length;
      this.watch();
      this.wake = true;
    }
  }

  /** While something is unacknowledged, a silent other side makes us start over. */
  private watch(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (this.inFlight > 0 && this.up) this.later(ackTimeoutMs, () => this.restart());
  }

  private later(ms: number, task: () => void): void {
    this.cancelTimer?.();
    this.cancelTimer = this.options.scheduler.after(ms, () => {
      this.cancelTimer = undefined;
      task();
    });
  }
}
