/**
 * Decides whose packets a plain RTP leg takes. An open RTP port takes in whatever anybody sends
 * and answers to it unless it is strict: the announced source is always preferred; a differing
 * one (NAT between us) must be an expected address, show a run of consecutive packets, and come
 * within a bounded time. Then the leg is locked.
 */
import { sequenceDistance } from './rtp.ts';

export interface SourceAddress {
  address: string;
  port: number;
}

/** Packets in a row, of one SSRC and without gap, before an unannounced source is believed. */
const RUN_LENGTH = 3;

export interface LatchOptions {
  /** Source announced by SDP. */
  announced: SourceAddress;
  /** Other IP addresses packets may come from, such as that of the SIP signalling. */
  addresses: readonly string[];
  /** Until when an unannounced source may be taken, monotonic ms. */
  until: number;
}

export class SourceLatch {
  readonly #options: LatchOptions;
  #locked: SourceAddress | undefined;
  #run: { source: SourceAddress; ssrc: number; sequenceNumber: number; length: number } | undefined;

  constructor(options: LatchOptions) {
    this.#options = options;
  }

  /** The source the leg is locked to, if any. */
  get locked(): SourceAddress | undefined {
    return this.#locked;
  }

  /** Whether the source is locked for good: no other may take its place any more. */
  isSettled(nowMs: number): boolean {
    return this.#locked !== undefined && nowMs > this.#options.until;
  }

  /** Where to send to: the locked source, before that the announced one. */
  get destination(): SourceAddress {
    return this.#locked ?? this.#options.announced;
  }

  /** Whether packets of a source could be taken at all: asked before costly checks. */
  mayAccept(source: SourceAddress, nowMs: number): boolean {
    if (this.#locked !== undefined && same(source, this.#locked)) return true;
    if (same(source, this.#options.announced)) return true;
    return nowMs <= this.#options.until && this.#expects(source.address);
  }

  /**
   * Asks whether to take a packet already found to be valid RTP with a negotiated payload type.
   * Packets that only help to recognise a source are not taken.
   */
  accept(
    source: SourceAddress,
    packet: { ssrc: number; sequenceNumber: number },
    nowMs: number,
  ): boolean {
    if (this.#locked !== undefined && same(source, this.#locked)) return true;
    const open = nowMs <= this.#options.until;
    if (same(source, this.#options.announced)) {
      // The announced source takes precedence over one latched to, while the window is open.
      if (this.#locked !== undefined && !open) return false;
      this.#locked = { address: source.address, port: source.port };
      return true;
    }
    if (this.#locked !== undefined || !open || !this.#expects(source.address)) return false;
    return this.#extendRun(source, packet);
  }

  #expects(address: string): boolean {
    return address === this.#options.announced.address || this.#options.addresses.includes(address);
  }

  #extendRun(source: SourceAddress, packet: { ssrc: number; sequenceNumber: number }): boolean {
    const run = this.#run;
    if (
      run === undefined ||
      !same(run.source, source) ||
      run.ssrc !== packet.ssrc ||
      sequenceDistance(packet.sequenceNumber, run.sequenceNumber) !== 1
    ) {
      const { ssrc, sequenceNumber } = packet;
      const { address, port } = source;
      this.#run = { source: { address, port }, ssrc, sequenceNumber, length: 1 };
      return false;
    }
    run.sequenceNumber = packet.sequenceNumber;
    run.length++;
    if (run.length < RUN_LENGTH) return false;
    this.#locked = run.source;
    this.#run = undefined;
    return true;
  }
}

function same(a: SourceAddress, b: SourceAddress): boolean {
  return a.port === b.port && a.address === b.address;
}
