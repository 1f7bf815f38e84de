/**
 * Carries RTP of changing sources out as one stream: one SSRC, sequence numbers and timestamps
 * without jumps. A receiver that sees the SSRC change and change back may stay silent for good
 * (Chromium does), and one that sees a jump counts loss that never was.
 */
import { sequenceDistance, timestampDistance } from './rtp.ts';

/** A sequence jump beyond this is a restarted source and not loss (RFC 3550 §A.1 MAX_DROPOUT). */
const MAX_DROPOUT = 3000;
/** A timestamp further than this from the clock is a restarted source. */
const MAX_TIMESTAMP_DRIFT_MS = 10_000;

export interface StreamRewriterOptions {
  /** RTP clock of the stream in Hz. */
  clockRate: number;
  /** First sequence number, random (RFC 3550 §5.1). */
  firstSequenceNumber: number;
  /** First timestamp, random. */
  firstTimestamp: number;
}

export interface RtpPosition {
  ssrc: number;
  sequenceNumber: number;
  timestamp: number;
}

export class StreamRewriter {
  #clockRate: number;
  #lastSequence: number;
  #lastTimestamp: number;
  /** When the packet with `#lastTimestamp` left, ms; undefined before the first. */
  #lastAt: number | undefined;

  #source: number | undefined;
  #anchorSequence = 0;
  #highestSequence = 0;
  #sequenceOffset = 0;
  #timestampOffset = 0;
  #interrupted = false;

  constructor(options: StreamRewriterOptions) {
    this.#clockRate = options.clockRate;
    this.#lastSequence = (options.firstSequenceNumber - 1) & 0xffff;
    this.#lastTimestamp = options.firstTimestamp >>> 0;
  }

  /**
   * Places a source packet in the outgoing stream. Loss and order of the source are kept.
   * @param nowMs monotonic time
   * @returns its place, `resumed` when it is the first after a change of source or a pause (a
   * talk spurt: to be marked), or null for a straggler from before such a change
   */
  place(
    packet: RtpPosition,
    nowMs: number,
  ): { sequenceNumber: number; timestamp: number; resumed: boolean } | null {
    const resumed = this.#follow(packet, nowMs);
    if (!resumed && sequenceDistance(packet.sequenceNumber, this.#anchorSequence) < 0) return null;
    if (resumed || sequenceDistance(packet.sequenceNumber, this.#highestSequence) > 0) {
      this.#highestSequence = packet.sequenceNumber;
      this.#pullAnchor();
    }
    const sequenceNumber = (packet.sequenceNumber + this.#sequenceOffset) & 0xffff;
    const timestamp = (packet.timestamp + this.#timestampOffset) >>> 0;
    this.#sent(sequenceNumber, timestamp, nowMs);
    return { sequenceNumber, timestamp, resumed };
  }

  /** The timestamp an event that begins now has in the outgoing stream. */
  timestampAt(nowMs: number): number {
    if (this.#lastAt === undefined) return this.#lastTimestamp;
    return (this.#lastTimestamp + this.#ticks(nowMs - this.#lastAt)) >>> 0;
  }

  /**
   * Takes the next sequence number for a packet of our own; the source goes on after it.
   * @param timestamp of `timestampAt` when the event began
   */
  insert(timestamp: number, nowMs: number): number {
    this.#lastSequence = (this.#lastSequence + 1) & 0xffff;
    // The packets of an event share a timestamp: only the source's own move the clock on.
    if (this.#lastAt === undefined) {
      this.#lastTimestamp = timestamp;
      this.#lastAt = nowMs;
    }
    this.#interrupted = true;
    return this.#lastSequence;
  }

  /** Goes on with another clock: the timestamps run on from where they are (RFC 7160 §4.1). */
  changeClock(clockRate: number, nowMs: number): void {
    if (clockRate === this.#clockRate) return;
    this.#lastTimestamp = this.timestampAt(nowMs);
    if (this.#lastAt !== undefined) this.#lastAt = nowMs;
    this.#clockRate = clockRate;
    this.#source = undefined;
  }

  /** Tells that a packet of the source was left out on purpose: no gap is to be seen. */
  skip(): void {
    this.#interrupted = true;
  }

  /**
   * The anchor goes along: from half the circle of sequence numbers on, 655 s at 20 ms, all that
   * comes would count as before it.
   */
  #pullAnchor(): void {
    if (sequenceDistance(this.#highestSequence, this.#anchorSequence) > MAX_DROPOUT)
      this.#anchorSequence = (this.#highestSequence - MAX_DROPOUT) & 0xffff;
  }

  /** Keeps the offsets while the source goes on, else chooses new ones; true in the latter case. */
  #follow(packet: RtpPosition, nowMs: number): boolean {
    const sameSource = this.#source === packet.ssrc && this.#continues(packet, nowMs);
    if (sameSource && !this.#interrupted) return false;
    if (!sameSource) {
      this.#timestampOffset = this.timestampAt(nowMs) - packet.timestamp;
      this.#source = packet.ssrc;
    }
    this.#sequenceOffset = this.#lastSequence + 1 - packet.sequenceNumber;
    this.#anchorSequence = packet.sequenceNumber;
    this.#interrupted = false;
    return true;
  }

  #continues(packet: RtpPosition, nowMs: number): boolean {
    const jump = sequenceDistance(packet.sequenceNumber, this.#highestSequence);
    if (Math.abs(jump) > MAX_DROPOUT) return false;
    const due = this.timestampAt(nowMs);
    const drift = timestampDistance(packet.timestamp + this.#timestampOffset, due);
    return Math.abs(drift) <= this.#ticks(MAX_TIMESTAMP_DRIFT_MS);
  }

  #sent(sequenceNumber: number, timestamp: number, nowMs: number): void {
    if (this.#lastAt === undefined || sequenceDistance(sequenceNumber, this.#lastSequence) > 0) {
      this.#lastSequence = sequenceNumber;
      this.#lastTimestamp = timestamp;
      this.#lastAt = nowMs;
    }
  }

  #ticks(ms: number): number {
    return Math.round((ms * this.#clockRate) / 1000);
  }
}
