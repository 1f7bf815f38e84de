/** Sends keys on one leg: as telephone events (RFC 4733) or as tones in its audio. */
import { randomInt } from 'node:crypto';
import { type AudioEncoder, createEncoder, nativeRate } from '../audio-codec.ts';
import { describeCodec } from '../codec.ts';
import { dtmfTone } from '../dtmf-tones.ts';
import type { KeyForm } from '../engine.ts';
import { MediaEngineError } from '../engine-error.ts';
import { rescaleTelephoneEvent, telephoneEventSteps } from '../rfc4733.ts';
import type { RtpPacket } from '../rtp.ts';
import type { StreamRewriter } from '../stream-rewriter.ts';
import type { LegFormat } from './audio-leg.ts';

/** Digits waiting to be sent on one leg. */
const MAX_PENDING_DIGITS = 64;
const FRAME_MS = 20;
/** A key that the other side pressed, when it is to be heard as a tone. */
const FORWARDED_TONE_MS = 100;
const FORWARDED_GAP_MS = 70;

export interface KeySenderOptions {
  format(): LegFormat | undefined;
  stream: StreamRewriter;
  canSend(): boolean;
  send(
    payloadType: number,
    marker: boolean,
    sequenceNumber: number,
    timestamp: number,
    payload: Uint8Array,
  ): void;
}

export class KeySender {
  readonly #options: KeySenderOptions;
  readonly #ended = new AbortController();
  #queue: Promise<void> = Promise.resolve();
  #pending = 0;
  #isSending = false;
  /** The event being passed on: its place in the source's stream and in ours. */
  #passing: { ssrc: number; timestamp: number; ours: number } | undefined;

  constructor(options: KeySenderOptions) {
    this.#options = options;
  }

  /** Whether a key of ours is on its way: audio pauses. */
  get isSending(): boolean {
    return this.#isSending;
  }

  /** Passes a telephone-event packet of the other side on, in the form negotiated here. */
  forward(packet: RtpPacket, fromClock: number, digit: string | undefined, toClock: number): void {
    const { stream } = this.#options;
    const format = this.#options.format();
    const form = format?.keys ?? 'none';
    if (form === 'inband' && digit !== undefined) {
      this.send(digit, FORWARDED_TONE_MS, FORWARDED_GAP_MS, 'inband').catch(() => undefined);
    }
    const payloadType = format?.dtmfPayloadType;
    if (form !== 'rfc4733' || payloadType === undefined || this.#isSending) {
      stream.skip();
      return;
    }
    const payload = rescaleTelephoneEvent(packet.payload, fromClock, toClock);
    if (payload === null) {
      stream.skip();
      return;
    }
    const now = performance.now();
    const { ssrc, timestamp } = packet;
    const begins = this.#passing?.ssrc !== ssrc || this.#passing.timestamp !== timestamp;
    if (begins || this.#passing === undefined) {
      this.#passing = { ssrc, timestamp, ours: stream.timestampAt(now) };
    }
    const { ours } = this.#passing;
    this.#options.send(payloadType, begins, stream.insert(ours, now), ours, payload);
  }

  /**
   * Sends keys of our own, after those that wait already.
   * @throws MediaEngineError `dtmf-unavailable`, `bridge-unknown` when closed before the end
   */
  async send(
    digits: string,
    toneMs: number,
    gapMs: number,
    mode: Exclude<KeyForm, 'none'>,
  ): Promise<void> {
    const format = this.#options.format();
    if (format === undefined || (mode === 'rfc4733' && format.dtmfPayloadType === undefined)) {
      throw new MediaEngineError('dtmf-unavailable', 'the far side takes no telephone events');
    }
    if (this.#pending + digits.length > MAX_PENDING_DIGITS) {
      throw new MediaEngineError('dtmf-unavailable', 'too many digits are waiting to be sent');
    }
    this.#pending += digits.length;
    const mine = this.#queue.then(() => this.#sendAll(digits, toneMs, gapMs, mode));
    // The next caller's digits follow even when these could not be sent.
    this.#queue = mine.catch(() => undefined);
    await mine;
  }

  close(): void {
    this.#ended.abort();
  }

  async #sendAll(
    digits: string,
    toneMs: number,
    gapMs: number,
    mode: Exclude<KeyForm, 'none'>,
  ): Promise<void> {
    let waiting = digits.length;
    try {
      for (const digit of digits) {
        const start = performance.now();
        this.#isSending = true;
        try {
          if (mode === 'rfc4733') await this.#sendEvent(digit, toneMs, start);
          else await this.#sendTone(digit, toneMs, start);
        } finally {
          this.#isSending = false;
        }
        await this.#waitUntil(start + toneMs + gapMs);
        waiting--;
        this.#pending--;
      }
    } finally {
      this.#pending -= waiting;
    }
  }

  async #sendEvent(digit: string, toneMs: number, start: number): Promise<void> {
    const { stream } = this.#options;
    const format = this.#options.format();
    const clockRate = format?.dtmfClockRate ?? describeCodec(format?.codec ?? 'PCMA').clockRate;
    const timestamp = stream.timestampAt(start);
    for (const { atMs, marker, payload } of telephoneEventSteps(digit, toneMs, clockRate)) {
      await this.#waitUntil(start + atMs);
      const payloadType = this.#options.format()?.dtmfPayloadType;
      if (payloadType === undefined) {
        throw new MediaEngineError('dtmf-unavailable', 'telephone events were negotiated away');
      }
      const sequenceNumber = stream.insert(timestamp, start);
      if (this.#options.canSend()) {
        this.#options.send(payloadType, marker, sequenceNumber, timestamp, payload);
      }
    }
  }

  async #sendTone(digit: string, toneMs: number, start: number): Promise<void> {
    const format = this.#options.format();
    if (format === undefined) return;
    const { codec } = format;
    const rate = nativeRate(codec) ?? 8000;
    const frameSize = (rate * FRAME_MS) / 1000;
    const encoder = await createEncoder(codec, { frameSize });
    try {
      const tone = new Int16Array(frameSize * Math.ceil(toneMs / FRAME_MS));
      tone.set(dtmfTone(digit, toneMs, rate));
      await this.#playTone(tone, frameSize, encoder, start);
    } finally {
      encoder.free();
    }
  }

  /** A tone is a source of its own in the leg's stream, as music on hold is. */
  async #playTone(
    tone: Int16Array,
    frameSize: number,
    encoder: AudioEncoder,
    start: number,
  ): Promise<void> {
    const { stream } = this.#options;
    const ssrc = randomInt(1, 2 ** 32);
    for (let at = 0; at < tone.length; at += frameSize) {
      const frame = at / frameSize;
      await this.#waitUntil(start + frame * FRAME_MS);
      const format = this.#options.format();
      if (format === undefined || !this.#options.canSend()) continue;
      const ticks = (describeCodec(format.codec).clockRate * FRAME_MS) / 1000;
      const source = { ssrc, sequenceNumber: frame, timestamp: frame * ticks };
      const place = stream.place(source, performance.now());
      if (place === null) continue;
      const payload = encoder.encode(tone.subarray(at, at + frameSize));
      const { sequenceNumber, timestamp, resumed } = place;
      this.#options.send(format.payloadType, resumed, sequenceNumber, timestamp, payload);
    }
  }

  #waitUntil(atMs: number): Promise<void> {
    const { signal } = this.#ended;
    return new Promise((resolve, reject) => {
      const ended = () => {
        clearTimeout(timer);
        reject(new MediaEngineError('bridge-unknown', 'the leg was closed'));
      };
      const timer = setTimeout(
        () => {
          signal.removeEventListener('abort', ended);
          resolve();
        },
        Math.max(0, atMs - performance.now()),
      );
      if (signal.aborted) ended();
      else signal.addEventListener('abort', ended, { once: true });
    });
  }
}
