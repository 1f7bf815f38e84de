import { join } from 'node:path';
import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import { readIfThere, removeFile, replaceFile } from '../durable-file.ts';
import type { Scheduler } from '../scheduler.ts';
import { readBootEpoch } from './boot-epoch.ts';
import { droppableTypes, isAfter, type Position, Segments } from './segments.ts';

/** An event before the spool has numbered it. */
export type UnnumberedEvent = DistributiveOmit<EventEnvelope, 'bootEpoch' | 'seq'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export interface SpoolOptions {
  folder: string;
  /** Wall clock at start, milliseconds; the boot epoch is at least this. */
  startedAt: number;
  scheduler: Scheduler;
  logger: Logger;
  /** Events other than call.started, call.answered and call.ended wait this long for company, ms. */
  batchMs?: number;
  maxBytes?: number;
  segmentBytes?: number;
}

/** Told once events are on disk, before anybody may send them. */
export type DurableHandler = (events: readonly EventEnvelope[]) => Promise<void>;

const atOnce: ReadonlySet<string> = new Set(['call.started', 'call.answered', 'call.ended']);
const retryMs = 1000;
/** Events kept in memory while the disk refuses. */
const maxQueued = 10_000;
const ackFile = 'acked.json';

/**
 * The spool of a node's events: append-only NDJSON segments. An event can be read (and sent) only
 * when it is on disk; acknowledged ones are forgotten. A reader that starts over gets everything
 * unacknowledged again, in order: delivery is at least once, the receiver deduplicates on node,
 * boot epoch and seq.
 */
export class EventSpool {
  readonly bootEpoch: number;
  private seq = 0;
  private queue: EventEnvelope[] = [];
  private urgent = false;
  private cancelTimer: (() => void) | undefined;
  private writing: Promise<void> | undefined;
  private closed = false;
  private acknowledging: Promise<void> = Promise.resolve();
  private acked: Position;
  private readonly options: SpoolOptions;
  private readonly segments: Segments;
  private readonly durableHandlers: DurableHandler[] = [];
  private readonly readyHandlers: (() => void)[] = [];

  private constructor(
    options: SpoolOptions,
    bootEpoch: number,
    segments: Segments,
    acked: Position,
  ) {
    this.options = options;
    this.bootEpoch = bootEpoch;
    this.segments = segments;
    this.acked = acked;
  }

  /** Opens the spool of a folder; a line cut off by a crash is removed. */
  static async open(options: SpoolOptions): Promise<EventSpool> {
    const segments = await Segments.open({
      folder: options.folder,
      maxBytes: options.maxBytes ?? 64 * 1024 * 1024,
      segmentBytes: options.segmentBytes ?? 1024 * 1024,
      logger: options.logger,
    });
    const bootEpoch = await readBootEpoch(
      options.folder,
      Math.max(options.startedAt, segments.newestEpoch + 1),
    );
    const acked = await readAcked(options.folder);
    await segments.forget(acked);
    return new EventSpool(options, bootEpoch, segments, acked);
  }

  /** Everything acknowledged so far; where a sender starts. */
  get acknowledged(): Position {
    return this.acked;
  }

  /** Runs after fsync and before the events may be read; the next write waits for it. */
  onDurable(handler: DurableHandler): void {
    this.durableHandlers.push(handler);
  }

  /** Told when there is more to read. */
  onReady(handler: () => void): void {
    this.readyHandlers.push(handler);
  }

  /** Numbers an event and queues it for disk. Starts, answers and ends are written at once. */
  append(event: UnnumberedEvent): EventEnvelope {
    if (this.closed) throw new Error('the spool is closed');
    const envelope = { ...event, bootEpoch: this.bootEpoch, seq: ++this.seq } as EventEnvelope;
    this.queue.push(envelope);
    if (atOnce.has(event.type)) this.urgent = true;
    this.plan();
    return envelope;
  }

  /** Up to `limit` events after a position, oldest first; only what is on disk. */
  read(after: Position, limit: number): Promise<EventEnvelope[]> {
    return this.segments.read(isAfter(after, this.acked) ? after : this.acked, limit);
  }

  /** Every event on disk, oldest first. For the look back at start. */
  async all(): Promise<EventEnvelope[]> {
    return this.segments.readAll();
  }

  /** Forgets everything of a boot epoch up to `seq`, and all earlier boot epochs. */
  acknowledge(position: Position): Promise<void> {
    const kept = this.acknowledging.then(() => this.keepAcknowledged(position));
    this.acknowledging = kept.catch(() => undefined);
    return kept;
  }

  private async keepAcknowledged(position: Position): Promise<void> {
    if (this.closed || !isAfter(position, this.acked)) return;
    const newest: Position = { bootEpoch: this.bootEpoch, seq: this.seq };
    if (isAfter(position, newest)) {
      this.options.logger.warn({ ...position }, 'acknowledgement of events never made');
      return;
    }
    this.acked = position;
    await replaceFile(join(this.options.folder, ackFile), JSON.stringify(position));
    await this.segments.forget(position);
  }

  /** Resolves once all that was appended so far is on disk. */
  async flush(): Promise<void> {
    while (this.queue.length > 0 || this.writing) {
      this.urgent = true;
      this.plan();
      await this.writing;
    }
  }

  async close(): Promise<void> {
    await this.flush();
    this.closed = true;
    this.cancelTimer?.();
    await this.acknowledging;
    await this.segments.close();
  }

  private plan(): void {
    if (this.writing || this.queue.length === 0) return;
    if (this.urgent) {
      this.cancelTimer?.();
      this.cancelTimer = undefined;
      this.writing = this.write();
      return;
    }
    this.cancelTimer ??= this.options.scheduler.after(this.options.batchMs ?? 200, () => {
      this.cancelTimer = undefined;
      this.urgent = true;
      this.plan();
    });
  }

  private async write(): Promise<void> {
    const batch = this.queue;
    this.queue = [];
    this.urgent = false;
    let written = false;
    try {
      await this.segments.append(batch);
      written = true;
      for (const handler of this.durableHandlers) await handler(batch);
      this.segments.release();
    } catch (error) {
      this.options.logger.error({ err: error, events: batch.length }, 'event spool write failed');
      if (!written) this.queue = [...batch, ...this.queue];
      else this.segments.release();
      this.boundQueue();
      await new Promise<void>((resolve) => this.options.scheduler.after(retryMs, resolve));
      this.urgent = true;
    } finally {
      this.writing = undefined;
    }
    for (const handler of this.readyHandlers) handler();
    this.plan();
  }

  /** While the disk refuses, memory stays bounded: captures and SIP messages go first, calls never. */
  private boundQueue(): void {
    for (const type of droppableTypes) {
      if (this.queue.length <= maxQueued) return;
      this.queue = this.queue.filter((event) => event.type !== type);
    }
  }
}

async function readAcked(folder: string): Promise<Position> {
  const text = await readIfThere(join(folder, ackFile));
  if (text === null) return { bootEpoch: 0, seq: 0 };
  try {
    const { bootEpoch, seq } = JSON.parse(text) as Partial<Position>;
    if (Number.isSafeInteger(bootEpoch) && Number.isSafeInteger(seq))
      return { bootEpoch: Number(bootEpoch), seq: Number(seq) };
  } catch {
    // A lost cursor only means that acknowledged events are sent once more.
  }
  await removeFile(join(folder, ackFile));
  return { bootEpoch: 0, seq: 0 };
}
