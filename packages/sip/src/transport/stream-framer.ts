import { isDigits } from '../message/chars.ts';

/** Bounds on one message of a stream, in bytes. */
export interface FrameLimits {
  /** Start line and header section. */
  headBytes: number;
  bodyBytes: number;
}

export const DEFAULT_FRAME_LIMITS: FrameLimits = { headBytes: 32_768, bodyBytes: 262_144 };

/** What came over the connection can no longer be cut into messages; it has to be closed. */
export class FramingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FramingError';
  }
}

/** What the framer finds. */
export interface FrameSink {
  /** One whole message; the bytes are the receiver's to keep. */
  message(bytes: Uint8Array): void;
  /** One empty line between messages: a pong, or half a ping (RFC 5626 §4.4.1). */
  emptyLine(): void;
}

const CR = 13;
const LF = 10;
const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * Cuts a byte stream into SIP messages by Content-Length, which every message of a stream must have
 * (RFC 3261 §18.3, §20.14). Two different values, or one that is no number, end the connection: what
 * follows could be read in two ways.
 */
export class StreamFramer {
  private readonly limits: FrameLimits;
  private readonly sink: FrameSink;
  /** Bytes received and not yet given out: `buffer[start, end)`. */
  private buffer: Buffer = Buffer.alloc(0);
  private start = 0;
  private end = 0;
  /** Up to here the end of the head was looked for. */
  private searched = 0;
  /** Length of the message at `start`, once its head is complete. */
  private length: number | undefined;
  private failed = false;

  constructor(limits: FrameLimits, sink: FrameSink) {
    this.limits = limits;
    this.sink = sink;
  }

  /** True while a message has begun and is not complete. */
  get pending(): boolean {
    return this.end > this.start;
  }

  /** Bytes waiting for the rest of their message. */
  get pendingBytes(): number {
    return this.end - this.start;
  }

  /**
   * Takes the next bytes; messages complete with them are given out before it returns.
   *
   * @throws FramingError; nothing more may be pushed then
   */
  push(chunk: Uint8Array): void {
    if (this.failed) throw new FramingError('stream was given up');
    this.append(chunk);
    try {
      while (this.next()) {
        // Until more bytes are needed.
      }
    } catch (error) {
      this.failed = true;
      this.buffer = Buffer.alloc(0);
      this.start = 0;
      this.end = 0;
      throw error;
    }
  }

  private append(chunk: Uint8Array): void {
    const kept = this.end - this.start;
    if (this.buffer.length - this.end < chunk.byteLength) {
      // Room is doubled, so that bytes that come one by one are not copied again for each of them.
      const wanted = kept + chunk.byteLength;
      const room = Buffer.allocUnsafeSlow(kept === 0 ? wanted : Math.max(wanted, 2 * kept, 1_024));
      this.buffer.copy(room, 0, this.start, this.end);
      this.buffer = room;
      this.searched -= this.start;
      this.start = 0;
      this.end = kept;
    }
    this.buffer.set(chunk, this.end);
    this.end += chunk.byteLength;
  }

  /** Takes one step; false when more bytes are needed. */
  private next(): boolean {
    if (this.length === undefined) {
      if (this.end === this.start) {
        this.reset();
        return false;
      }
      if (this.buffer[this.start] === CR) return this.takeEmptyLine();
      const length = this.measure();
      if (length === undefined) return false;
      this.length = length;
    }
    if (this.end - this.start < this.length) return false;
    const message = this.buffer.subarray(this.start, this.start + this.length);
    this.start += this.length;
    this.searched = this.start;
    this.length = undefined;
    this.sink.message(message);
    return true;
  }

  private takeEmptyLine(): boolean {
    if (this.end - this.start < 2) return false;
    if (this.buffer[this.start + 1] !== LF) throw new FramingError('bare CR between messages');
    this.start += 2;
    this.searched = this.start;
    this.sink.emptyLine();
    return true;
  }

  /** Length of the message at `start`; undefined while its head is not complete. */
  private measure(): number | undefined {
    const { headBytes, bodyBytes } = this.limits;
    const from = Math.max(this.start, this.searched - HEAD_END.length + 1);
    const found = this.buffer.subarray(0, this.end).indexOf(HEAD_END, from);
    const headEnd = found < 0 ? this.end : found;
    if (headEnd - this.start > headBytes) throw new FramingError('header section too large');
    if (found < 0) {
      this.searched = this.end;
      return undefined;
    }
    const body = contentLength(this.buffer.toString('latin1', this.start, found));
    if (body > bodyBytes) throw new FramingError('body too large');
    return found + HEAD_END.length - this.start + body;
  }

  /** Everything was given out: the buffer belongs to the last message now. */
  private reset(): void {
    if (this.end === 0) return;
    this.buffer = Buffer.alloc(0);
    this.start = 0;
    this.end = 0;
    this.searched = 0;
  }
}

const CONTENT_LENGTH = /\r\n(?:content-length|l)[ \t]*:((?:[^\r\n]|\r\n[ \t])*)/gi;

/** @throws FramingError when the head tells no length, or more than one */
function contentLength(head: string): number {
  let length: number | undefined;
  for (const [, raw = ''] of head.matchAll(CONTENT_LENGTH)) {
    const value = raw.trim();
    if (!isDigits(value) || value.length > 10) throw new FramingError('malformed Content-Length');
    if (length !== undefined && length !== Number(value)) {
      throw new FramingError('two different Content-Length values');
    }
    length = Number(value);
  }
  if (length === undefined) throw new FramingError('no Content-Length');
  return length;
}
