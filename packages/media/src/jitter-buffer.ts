/**
 * The adaptive jitter buffer in front of a decoder: puts packets back in order, waits for late
 * ones, and tells which frames are to be made up. What is played keeps the timestamps of its
 * source, so that neither a drifting clock nor a pause needs correcting here.
 *
 * What is played is coded again and goes on over a network to a listener with a buffer of its own:
 * a packet in order is therefore played the moment it comes, for holding it back would add delay and
 * spare nobody any jitter. A missing one is waited for 30 ms past the time it was due, which lets the
 * next one come, with a copy of it where the codec has that; with growing jitter longer, by at most
 * 170 ms. So the wait for a missing packet lies between 30 and 200 ms (VOX-122: 20–200).
 */
import { sequenceDistance, timestampDistance } from './rtp.ts';

/** Wait for a missing packet beyond its due time, ms: somewhat longer than a packet. */
const GRACE_MS = 30;
/** Most that a packet is expected behind the fastest one, ms. */
const MAX_DELAY_MS = 170;
/** Resolution of the delay histogram, ms; the first class ends at half of it. */
const CLASS_MS = 10;
/** Share of packets that are to be in time. */
const IN_TIME = 0.97;
/** How fast the histogram forgets: half after about 2 s of audio. */
const FORGETTING = 0.993;
/** The fastest packet is looked for over one to two of these spans, ms. */
const REFERENCE_SPAN_MS = 2_000;
/** A sequence jump beyond this is a restarted source and not loss. */
const MAX_DROPOUT = 3000;
/** A timestamp jump beyond this likewise, ms. */
const MAX_PAUSE_MS = 10_000;
/** Packets held; more means that their timestamps are nonsense. */
const MAX_HELD = 64;
/** Frames made up before it is known that packets were lost, and in all for one gap. */
const MAX_GUESSED = 3;
const MAX_CONCEALED = 10;

export interface BufferedPacket {
  ssrc: number;
  sequenceNumber: number;
  timestamp: number;
  payload: Uint8Array;
}

/** What is to be played next. */
export interface Playout {
  /** Position in the source's stream in ticks of its clock; only differences have a meaning. */
  position: number;
  /** Its length in ticks. */
  ticks: number;
  /** The packet to decode; undefined: make up as much. */
  packet: BufferedPacket | undefined;
  /** Of a frame to be made up: the packet right after it, when it is there already. */
  next: BufferedPacket | undefined;
}

export interface JitterBufferOptions {
  /** RTP clock in Hz. */
  clockRate: number;
  /** Length of a payload in ticks; 0 when it cannot be told. */
  ticksOf(payload: Uint8Array): number;
  /** Whether nothing is to be made up after this payload: its sender pauses. */
  isPause?(payload: Uint8Array): boolean;
}

interface Held {
  packet: BufferedPacket;
  /** Sequence number and timestamp counted on over their wraps. */
  sequence: number;
  position: number;
  ticks: number;
}

/** Where playing is. */
interface Playing {
  /** Of the last packet played. */
  sequence: number;
  /** Where the next frame begins. */
  position: number;
  /** Length of the last frame. */
  ticks: number;
  isPaused: boolean;
}

export class JitterBuffer {
  readonly #options: JitterBufferOptions;
  readonly #histogram = new Float64Array(MAX_DELAY_MS / CLASS_MS + 1);
  readonly #held: Held[] = [];
  #delayMs = 0;
  /** Fastest transit of the present and of the span before, ms. */
  #fastest = Number.POSITIVE_INFINITY;
  #fastestBefore = Number.POSITIVE_INFINITY;
  #spanSince = 0;

  #ssrc: number | undefined;
  #highest = { sequence: 0, position: 0, sequenceNumber: 0, timestamp: 0 };
  /** Undefined until the first packet of a talk spurt was played. */
  #playing: Playing | undefined;
  #concealed = 0;
  #late = 0;
  #duplicates = 0;

  constructor(options: JitterBufferOptions) {
    this.#options = options;
  }

  /** How long a missing packet is waited for at present, 30–200 ms. */
  get targetMs(): number {
    return this.#delayMs + GRACE_MS;
  }

  /** Packets that came after their frame was made up. */
  get late(): number {
    return this.#late;
  }

  /** Packets that came twice. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Whether nothing is held and nothing will be made up. */
  get isIdle(): boolean {
    return this.#held.length === 0 && (this.#playing === undefined || this.#isGuessedOut);
  }

  /** Takes a packet of the source. */
  push(packet: BufferedPacket, nowMs: number): void {
    if (!this.#continues(packet)) this.#restart(packet);
    const { sequenceNumber, timestamp } = this.#highest;
    const sequence =
      this.#highest.sequence + sequenceDistance(packet.sequenceNumber, sequenceNumber);
    const position = this.#highest.position + timestampDistance(packet.timestamp, timestamp);
    if (sequence > this.#highest.sequence) {
      this.#highest = {
        sequence,
        position,
        sequenceNumber: packet.sequenceNumber,
        timestamp: packet.timestamp,
      };
    }
    this.#measure(position, nowMs);
    const ticks = this.#options.ticksOf(packet.payload);
    const playing = this.#playing;
    if (playing !== undefined && sequence <= playing.sequence) this.#duplicates++;
    else if (playing !== undefined && position + ticks / 2 < playing.position) this.#late++;
    else this.#insert({ packet, sequence, position, ticks });
  }

  /** What is to be played now; to be asked until it has nothing more. */
  pull(nowMs: number): Playout | undefined {
    const first = this.#held[0];
    const playing = this.#playing;
    if (first === undefined) {
      if (playing === undefined || this.#isGuessedOut) return undefined;
      return this.#conceal(playing, nowMs, undefined);
    }
    if (playing !== undefined) {
      const missing = first.sequence - playing.sequence - 1;
      const frames = Math.round((first.position - playing.position) / playing.ticks);
      if (missing > 0 && frames > 0 && this.#concealed < MAX_CONCEALED) {
        return this.#conceal(playing, nowMs, frames === 1 ? first.packet : undefined);
      }
    }
    // At the beginning of a talk spurt, and after a gap, those that were overtaken may still come.
    const isNext = playing !== undefined && first.sequence === playing.sequence + 1;
    if (!isNext && nowMs < this.#dueAt(first.position)) return undefined;
    return this.#play(first);
  }

  /**
   * Ends the talk spurt: something else than audio follows, and what is missing until the next
   * packet was never audio. What is held is to be played at once.
   */
  interrupt(): Playout[] {
    const rest: Playout[] = [];
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      rest.push(this.#play(first));
    }
    this.#playing = undefined;
    return rest;
  }

  get #isGuessedOut(): boolean {
    return this.#concealed >= MAX_GUESSED || this.#playing?.isPaused === true;
  }

  #play(held: Held): Playout {
    this.#held.shift();
    this.#concealed = 0;
    const { packet, position, sequence, ticks } = held;
    this.#playing = {
      sequence,
      position: position + ticks,
      ticks: Math.max(1, ticks),
      isPaused: this.#options.isPause?.(packet.payload) ?? false,
    };
    return { position, ticks, packet, next: undefined };
  }

  #conceal(playing: Playing, nowMs: number, next: BufferedPacket | undefined): Playout | undefined {
    if (nowMs < this.#dueAt(playing.position) + GRACE_MS) return undefined;
    const { position, ticks } = playing;
    this.#concealed++;
    playing.position += ticks;
    return { position, ticks, packet: undefined, next };
  }

  #dueAt(position: number): number {
    return (position * 1000) / this.#options.clockRate + this.#reference + this.#delayMs;
  }

  /** Transit of the fastest packet lately. */
  get #reference(): number {
    return Math.min(this.#fastest, this.#fastestBefore);
  }

  #insert(held: Held): void {
    const list = this.#held;
    let at = list.length;
    while (at > 0 && (list[at - 1] as Held).sequence > held.sequence) at--;
    if (list[at - 1]?.sequence === held.sequence) {
      this.#duplicates++;
      return;
    }
    list.splice(at, 0, held);
    if (list.length > MAX_HELD) list.shift();
  }

  #measure(position: number, nowMs: number): void {
    const transit = nowMs - (position * 1000) / this.#options.clockRate;
    if (nowMs - this.#spanSince > REFERENCE_SPAN_MS) {
      this.#fastestBefore = this.#fastest;
      this.#fastest = transit;
      this.#spanSince = nowMs;
    }
    this.#fastest = Math.min(this.#fastest, transit);

    const behind = Math.max(0, transit - this.#reference);
    const klass = Math.min(this.#histogram.length - 1, Math.round(behind / CLASS_MS));
    let seen = 0;
    for (let i = 0; i < this.#histogram.length; i++) {
      const weight = (this.#histogram[i] as number) * FORGETTING + (i === klass ? 1 : 0);
      this.#histogram[i] = weight;
      seen += weight;
    }
    let late = seen;
    let index = -1;
    while (late > seen * (1 - IN_TIME)) late -= this.#histogram[++index] as number;
    this.#delayMs = index * CLASS_MS;
  }

  #continues(packet: BufferedPacket): boolean {
    if (packet.ssrc !== this.#ssrc) return false;
    const { sequenceNumber, timestamp } = this.#highest;
    const pause = timestampDistance(packet.timestamp, timestamp) / this.#options.clockRate;
    return (
      Math.abs(sequenceDistance(packet.sequenceNumber, sequenceNumber)) <= MAX_DROPOUT &&
      Math.abs(pause) * 1000 <= MAX_PAUSE_MS
    );
  }

  #restart({ ssrc, sequenceNumber, timestamp }: BufferedPacket): void {
    this.#ssrc = ssrc;
    this.#held.length = 0;
    this.#playing = undefined;
    this.#concealed = 0;
    this.#fastest = Number.POSITIVE_INFINITY;
    this.#fastestBefore = Number.POSITIVE_INFINITY;
    this.#highest = { sequence: sequenceNumber, position: timestamp, sequenceNumber, timestamp };
  }
}
