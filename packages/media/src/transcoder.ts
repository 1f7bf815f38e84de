/**
 * Turns one stream of a codec into a stream of another: jitter buffer, decoder or concealment,
 * encoder. Opus runs at the sampling rate of the other side, so only G.711 ⇄ G.722 is resampled.
 */
import {
  type AudioDecoder,
  type AudioEncoder,
  createDecoder,
  createEncoder,
  nativeRate,
  ticksOf,
} from './audio-codec.ts';
import { describeCodec } from './codec.ts';
import type { CodecName, OpusSettings } from './engine.ts';
import { JitterBuffer, type Playout } from './jitter-buffer.ts';
import { isOpusDtx } from './opus-packet.ts';
import { createDownsampler, createUpsampler, type Resampler } from './resample.ts';
import type { RtpPacket } from './rtp.ts';

const DEFAULT_PTIME_MS = 20;
/** What Opus can put in one packet of those that telephones use (RFC 6716 §2.1.4). */
const OPUS_PTIMES = [10, 20, 40, 60];

export interface TranscoderOptions {
  from: CodecName;
  to: CodecName;
  /** Packet time of the output in ms, 10–60; default 20. */
  ptimeMs?: number;
  opus?: OpusSettings;
  /** Gets each packet; `payloadType` is 0 and to be set by the sender. */
  send(packet: RtpPacket): void;
  /** Hears or changes the decoded samples before they are encoded. */
  onSamples?(samples: Int16Array, sampleRate: number): void;
}

export interface Transcoder {
  readonly from: CodecName;
  readonly to: CodecName;
  /** Takes a packet of the source. */
  push(packet: RtpPacket, nowMs: number): void;
  /** Plays what is due; to be called every few ms. */
  poll(nowMs: number): void;
  /** Something else than audio follows. */
  interrupt(): void;
  /** Tells the loss the receiver of the output reports, 0–100 %. */
  expectLoss(percent: number): void;
  /** How long a packet of the source is waited for, ms. */
  readonly targetMs: number;
  /** Packets of the source that came too late. */
  readonly late: number;
  close(): void;
}

/** Builds a transcoder; it takes packets once this has resolved. */
export async function createTranscoder(options: TranscoderOptions): Promise<Transcoder> {
  const { from, to, opus } = options;
  // The rate both sides have in common: that of the side which has no choice.
  const common = nativeRate(to) ?? nativeRate(from) ?? 16_000;
  const opusRate = common === 16_000 ? 16_000 : 8_000;
  const ptimeMs = packetTime(to, options.ptimeMs);
  const encoderRate = nativeRate(to) ?? opusRate;
  const frameSize = (encoderRate * ptimeMs) / 1000;
  const [decoder, encoder] = await Promise.all([
    createDecoder(from, opusRate),
    createEncoder(to, { opusRate, frameSize, ...(opus === undefined ? {} : { opus }) }),
  ]);
  return new StreamTranscoder(options, decoder, encoder, frameSize);
}

function packetTime(to: CodecName, wanted = DEFAULT_PTIME_MS): number {
  if (to !== 'opus') return wanted;
  return OPUS_PTIMES.reduce((best, ptime) =>
    Math.abs(ptime - wanted) < Math.abs(best - wanted) ? ptime : best,
  );
}

class StreamTranscoder implements Transcoder {
  readonly from: CodecName;
  readonly to: CodecName;
  readonly #options: TranscoderOptions;
  readonly #decoder: AudioDecoder;
  readonly #encoder: AudioEncoder;
  readonly #resample: Resampler | undefined;
  readonly #buffer: JitterBuffer;
  readonly #inClock: number;
  readonly #outClock: number;

  /** Samples waiting for a frame to be full, at the encoder's rate. */
  readonly #frame: Int16Array;
  #filled = 0;
  /** Where the next sample belongs, in ticks of the source's clock; undefined: anywhere. */
  #expected: number | undefined;
  #ssrc = 0;
  #sequenceNumber = 0;
  #timestamp = 0;
  #marker = false;
  #closed = false;

  constructor(
    options: TranscoderOptions,
    decoder: AudioDecoder,
    encoder: AudioEncoder,
    frameSize: number,
  ) {
    const { from, to } = options;
    this.from = from;
    this.to = to;
    this.#options = options;
    this.#decoder = decoder;
    this.#encoder = encoder;
    this.#inClock = describeCodec(from).clockRate;
    this.#outClock = describeCodec(to).clockRate;
    this.#frame = new Int16Array(frameSize);
    if (decoder.sampleRate < encoder.sampleRate) this.#resample = createUpsampler();
    if (decoder.sampleRate > encoder.sampleRate) this.#resample = createDownsampler();
    this.#buffer = new JitterBuffer({
      clockRate: this.#inClock,
      ticksOf: (payload) => ticksOf(from, payload),
      ...(from === 'opus' ? { isPause: isOpusDtx } : {}),
    });
  }

  get targetMs(): number {
    return this.#buffer.targetMs;
  }

  get late(): number {
    return this.#buffer.late;
  }

  push(packet: RtpPacket, nowMs: number): void {
    if (this.#closed) return;
    if (packet.ssrc !== this.#ssrc) {
      this.#ssrc = packet.ssrc;
      this.#expected = undefined;
    }
    this.#buffer.push(packet, nowMs);
    this.poll(nowMs);
  }

  poll(nowMs: number): void {
    if (this.#closed) return;
    for (let due = this.#buffer.pull(nowMs); due !== undefined; due = this.#buffer.pull(nowMs)) {
      this.#play(due);
    }
  }

  interrupt(): void {
    if (this.#closed) return;
    for (const rest of this.#buffer.interrupt()) this.#play(rest);
    this.#expected = undefined;
  }

  expectLoss(percent: number): void {
    if (!this.#closed) this.#encoder.expectLoss(percent);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#decoder.free();
    this.#encoder.free();
  }

  #play({ position, ticks, packet, next }: Playout): void {
    if (packet === undefined) {
      const samples = Math.round((ticks * this.#decoder.sampleRate) / this.#inClock);
      this.#feed(this.#decoder.conceal(samples, next?.payload), position, ticks);
      return;
    }
    const samples = this.#decoder.decode(packet.payload);
    if (samples !== null) this.#feed(samples, position, ticks);
  }

  #feed(decoded: Int16Array, position: number, ticks: number): void {
    if (position !== this.#expected) this.#jumpTo(position);
    this.#expected = position + ticks;
    const samples = this.#resample === undefined ? decoded : this.#resample(decoded);
    this.#options.onSamples?.(samples, this.#encoder.sampleRate);
    const frame = this.#frame;
    let at = 0;
    while (at < samples.length) {
      const count = Math.min(frame.length - this.#filled, samples.length - at);
      frame.set(samples.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled === frame.length) this.#emit();
    }
  }

  /** After a pause the stream goes on at its time; a frame begun before it is left out. */
  #jumpTo(position: number): void {
    this.#filled = 0;
    this.#marker = true;
    this.#timestamp = Math.round((position * this.#outClock) / this.#inClock) >>> 0;
  }

  #emit(): void {
    this.#filled = 0;
    const payload = this.#encoder.encode(this.#frame);
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.#options.send({
      payloadType: 0,
      marker: this.#marker,
      sequenceNumber: this.#sequenceNumber,
      timestamp: this.#timestamp,
      ssrc: this.#ssrc,
      payload,
    });
    this.#marker = false;
    const ticks = (this.#frame.length * this.#outClock) / this.#encoder.sampleRate;
    this.#timestamp = (this.#timestamp + ticks) >>> 0;
  }
}
