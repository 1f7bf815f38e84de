/** Reception statistics of one side: loss and jitter as RFC 3550 §6.4.1, §A.3 and §A.8 define. */
import type { ReceivedStats } from './engine.ts';
import { type RtpPacket, sequenceDistance } from './rtp.ts';

/** A sequence jump beyond this is a restarted source and not loss. */
const MAX_DROPOUT = 3000;

/** What an RTCP report block says of a stream. */
export interface ReportBlock {
  ssrc: number;
  /** Loss since the report before, as a fraction of 256. */
  fractionLost: number;
  /** Cumulative loss, signed 24-bit. */
  lost: number;
  /** Highest sequence number with the count of wraps above. */
  highestSequence: number;
  /** In RTP clock units. */
  jitter: number;
}

export class Reception {
  #clockRate: number;
  #packets = 0;
  #bytes = 0;
  #lastAt: number | undefined;
  #jitter = 0;
  #transit: number | undefined;
  #jitterTimestamp: number | undefined;

  #ssrc: number | undefined;
  #base = 0;
  #highest = 0;
  #received = 0;
  /** Loss of sources that came before the present one. */
  #lostBefore = 0;
  #reported = { expected: 0, received: 0 };

  constructor(clockRate: number) {
    this.#clockRate = clockRate;
  }

  /** When the last packet came, monotonic ms. */
  get lastAt(): number | undefined {
    return this.#lastAt;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Measures jitter by another clock from here on. */
  changeClock(clockRate: number): void {
    if (clockRate === this.#clockRate) return;
    this.#jitter *= clockRate / this.#clockRate;
    this.#clockRate = clockRate;
    this.#transit = undefined;
  }

  /**
   * Counts a packet that was taken.
   * @param isTimed whether its timestamp is of the stream's clock and tells of jitter
   */
  add(packet: RtpPacket, nowMs: number, isTimed = true): void {
    this.#packets++;
    this.#bytes += packet.payload.length;
    this.#lastAt = nowMs;
    this.#count(packet);
    if (isTimed) this.#measure(packet, nowMs);
  }

  stats(nowMs: number): ReceivedStats {
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      lost: Math.max(0, this.#lostBefore + this.#expected - this.#received),
      jitterMs: (this.#jitter * 1000) / this.#clockRate,
      lastPacketAgeMs: this.#lastAt === undefined ? null : nowMs - this.#lastAt,
    };
  }

  /** The report block on the present source, undefined before its first packet. */
  report(): ReportBlock | undefined {
    if (this.#ssrc === undefined) return undefined;
    const expected = this.#expected - this.#reported.expected;
    const lost = expected - (this.#received - this.#reported.received);
    this.#reported = { expected: this.#expected, received: this.#received };
    const total = Math.min(0x7fffff, Math.max(-0x800000, this.#expected - this.#received));
    return {
      ssrc: this.#ssrc,
      fractionLost:
        expected <= 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected)),
      lost: total,
      highestSequence: this.#highest >>> 0,
      jitter: Math.round(this.#jitter),
    };
  }

  get #expected(): number {
    return this.#ssrc === undefined ? 0 : this.#highest - this.#base + 1;
  }

  #count(packet: RtpPacket): void {
    const ahead = sequenceDistance(packet.sequenceNumber, this.#highest & 0xffff);
    if (packet.ssrc !== this.#ssrc || Math.abs(ahead) > MAX_DROPOUT) {
      if (this.#ssrc !== undefined) this.#lostBefore += this.#expected - this.#received;
      this.#ssrc = packet.ssrc;
      this.#base = packet.sequenceNumber;
      this.#highest = packet.sequenceNumber;
      this.#received = 0;
      this.#reported = { expected: 0, received: 0 };
      this.#transit = undefined;
    } else if (ahead > 0) {
      this.#highest += ahead;
    }
    this.#received++;
  }

  #measure(packet: RtpPacket, nowMs: number): void {
    // Packets of one telephone event share a timestamp; only the first says when it was made.
    if (packet.timestamp === this.#jitterTimestamp) return;
    this.#jitterTimestamp = packet.timestamp;
    const transit = Math.round((nowMs * this.#clockRate) / 1000) - packet.timestamp;
    if (this.#transit !== undefined) {
      const difference = Math.abs((transit - this.#transit) | 0);
      this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#transit = transit;
  }
}
