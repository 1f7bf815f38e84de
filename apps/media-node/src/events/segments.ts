import { type FileHandle, open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { type EventEnvelope, parseEnvelope } from '@trunkline/contracts/call-events.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import { openFolder, removeFile, replaceFile, syncFolder } from '../durable-file.ts';

/** A place in a node's event stream. */
export interface Position {
  bootEpoch: number;
  seq: number;
}

/** True when `a` stands behind `b` in the stream. */
export function isAfter(a: Position, b: Position): boolean {
  return a.bootEpoch === b.bootEpoch ? a.seq > b.seq : a.bootEpoch > b.bootEpoch;
}

interface Segment {
  path: string;
  bytes: number;
  first: Position;
  last: Position;
  /** Holds events that may be dropped when space runs out. */
  droppable: boolean;
}

export interface SegmentsOptions {
  folder: string;
  maxBytes: number;
  segmentBytes: number;
  logger: Logger;
}

const extension = '.ndjson';
/** What may be dropped when space runs out, in this order; calls never are. */
export const droppableTypes: readonly string[] = [
  'capture.packet',
  'sip.message',
  'line.sip',
  'line.state',
];

/** The files of the spool: one event a line, a new file when one is full, oldest first. */
export class Segments {
  private readonly list: Segment[] = [];
  private readonly options: SegmentsOptions;
  private handle: FileHandle | undefined;
  /** Events of the newest file already released for reading. */
  private tail: EventEnvelope[] = [];
  private unreleased: EventEnvelope[] = [];
  private cached: { path: string; events: EventEnvelope[] } | undefined;
  private work: Promise<unknown> = Promise.resolve();

  private constructor(options: SegmentsOptions) {
    this.options = options;
  }

  static async open(options: SegmentsOptions): Promise<Segments> {
    const segments = new Segments(options);
    for (const name of await openFolder(options.folder, extension))
      await segments.recover(join(options.folder, name));
    return segments;
  }

  /** Newest boot epoch on disk, 0 without any. */
  get newestEpoch(): number {
    return this.list.at(-1)?.last.bootEpoch ?? 0;
  }

  private get bytes(): number {
    return this.list.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** Writes and fsyncs a batch. It can be read after `release`. */
  append(events: readonly EventEnvelope[]): Promise<void> {
    return this.inOrder(async () => {
      const [first, last] = [events[0], events.at(-1)];
      if (!first || !last) return;
      const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
      let segment = this.handle ? this.list.at(-1) : undefined;
      if (!segment || segment.bytes >= this.options.segmentBytes)
        segment = await this.startSegment(first);
      const handle = this.handle as FileHandle;
      try {
        await writeAt(handle, Buffer.from(text), segment.bytes);
        await handle.datasync();
      } catch (error) {
        // What a failed write left behind is cut off now, or overwritten by the next try.
        await handle.truncate(segment.bytes).catch((cause: unknown) => {
          this.options.logger.error({ err: cause }, 'event spool cannot be cut back');
        });
        throw error;
      }
      segment.bytes += Buffer.byteLength(text);
      segment.last = position(last);
      segment.droppable ||= events.some((event) => droppableTypes.includes(event.type));
      this.unreleased.push(...events);
      if (this.bytes > this.options.maxBytes) await this.makeRoom();
    });
  }

  /** Lets readers see what was appended. */
  release(): void {
    this.tail.push(...this.unreleased);
    this.unreleased = [];
  }

  read(after: Position, limit: number): Promise<EventEnvelope[]> {
    return this.inOrder(async () => {
      const found: EventEnvelope[] = [];
      for (const segment of this.list) {
        if (!isAfter(segment.last, after)) continue;
        for (const event of await this.load(segment)) {
          if (!isAfter(event, after)) continue;
          found.push(event);
          if (found.length >= limit) return found;
        }
      }
      return found;
    });
  }

  readAll(): Promise<EventEnvelope[]> {
    return this.read({ bootEpoch: 0, seq: 0 }, Number.POSITIVE_INFINITY);
  }

  /** Removes the files whose every event stands at or before a position. */
  forget(acked: Position): Promise<void> {
    return this.inOrder(async () => {
      for (;;) {
        const [oldest] = this.list;
        if (!oldest || isAfter(oldest.last, acked)) break;
        const isCurrent = this.handle !== undefined && this.list.length === 1;
        if (isCurrent && (this.unreleased.length > 0 || oldest.bytes < this.options.segmentBytes))
          break;
        if (isCurrent) await this.closeHandle();
        await removeFile(oldest.path);
        this.list.shift();
      }
    });
  }

  async close(): Promise<void> {
    await this.inOrder(() => this.closeHandle());
  }

  private async startSegment(first: EventEnvelope): Promise<Segment> {
    await this.closeHandle();
    const name = `${pad(first.bootEpoch)}-${pad(first.seq)}${extension}`;
    const path = join(this.options.folder, name);
    const handle = await open(path, 'w', 0o600);
    try {
      await syncFolder(this.options.folder);
    } catch (error) {
      await handle.close();
      throw error;
    }
    this.handle = handle;
    const segment = {
      path,
      bytes: 0,
      first: position(first),
      last: position(first),
      droppable: false,
    };
    this.list.push(segment);
    return segment;
  }

  private async closeHandle(): Promise<void> {
    const handle = this.handle;
    this.handle = undefined;
    this.tail = [];
    await handle?.close();
  }

  private async load(segment: Segment): Promise<EventEnvelope[]> {
    if (this.handle && segment === this.list.at(-1)) return this.tail;
    if (this.cached?.path !== segment.path)
      this.cached = { path: segment.path, events: await this.parse(segment.path) };
    return this.cached.events;
  }

  private async parse(path: string): Promise<EventEnvelope[]> {
    const events: EventEnvelope[] = [];
    for (const line of (await readFile(path, 'utf8')).split('\n')) {
      if (line === '') continue;
      try {
        events.push(parseEnvelope(JSON.parse(line)));
      } catch (error) {
        this.options.logger.error({ file: path, err: error }, 'unreadable line in event spool');
      }
    }
    return events;
  }

  /** Takes up a file of an earlier start; a last line without its end is cut off. */
  private async recover(path: string): Promise<void> {
    const content = await readFile(path);
    const end = content.lastIndexOf(0x0a) + 1;
    if (end < content.length) await truncate(path, end);
    const events = await this.parse(path);
    const [first, last] = [events[0], events.at(-1)];
    if (!first || !last) return removeFile(path);
    this.list.push({
      path,
      bytes: end,
      first: position(first),
      last: position(last),
      droppable: events.some((event) => droppableTypes.includes(event.type)),
    });
  }

  /** Rewrites the oldest files without what may be dropped, until a tenth of the space is free. */
  private async makeRoom(): Promise<void> {
    try {
      await this.dropUntilRoom();
    } catch (error) {
      this.options.logger.error({ err: error }, 'event spool could not make room');
    }
  }

  private async dropUntilRoom(): Promise<void> {
    const target = this.options.maxBytes * 0.9;
    for (const type of droppableTypes)
      for (const segment of this.list.slice(0, -1)) {
        if (this.bytes <= target) return;
        if (segment.droppable) await this.drop(segment, type);
      }
    if (this.bytes > this.options.maxBytes)
      this.options.logger.warn({ bytes: this.bytes }, 'event spool holds only calls and is full');
  }

  private async drop(segment: Segment, type: string): Promise<void> {
    const events = await this.parse(segment.path);
    const kept = events.filter((event) => event.type !== type);
    if (kept.length === events.length) return;
    this.options.logger.warn({ type, dropped: events.length - kept.length }, 'event spool is full');
    if (this.cached?.path === segment.path) this.cached = undefined;
    if (kept.length === 0) {
      await removeFile(segment.path);
      this.list.splice(this.list.indexOf(segment), 1);
      return;
    }
    const text = kept.map((event) => `${JSON.stringify(event)}\n`).join('');
    await replaceFile(segment.path, text);
    segment.bytes = Buffer.byteLength(text);
    segment.droppable = kept.some((event) => droppableTypes.includes(event.type));
  }

  private inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.work.then(work);
    this.work = result.catch(() => undefined);
    return result;
  }
}

async function writeAt(handle: FileHandle, bytes: Buffer, start: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, start + done);
    done += bytesWritten;
  }
}

function position(event: Position): Position {
  return { bootEpoch: event.bootEpoch, seq: event.seq };
}

function pad(value: number): string {
  return String(value).padStart(16, '0');
}
