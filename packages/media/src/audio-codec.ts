/** Decoders and encoders of every codec of the port behind one shape, at the rate a path wants. */
import { createDecoder as createOpusDecoder, isOpusError, type SampleRate } from 'libopus-wasm';
import { isG711 } from './codec.ts';
import type { CodecName, OpusSettings } from './engine.ts';
import { decodeG711, encodeG711 } from './g711.ts';
import { createG722Decoder, createG722Encoder, G722_SAMPLE_RATE } from './g722.ts';
import { createOpusEncoder } from './opus-encoder.ts';
import { opusTicks } from './opus-packet.ts';
import { createConcealer } from './plc.ts';

const G711_SAMPLE_RATE = 8000;

export interface AudioDecoder {
  /** Hz of the samples it gives. */
  readonly sampleRate: number;
  /** Decodes a payload; null when it is malformed. */
  decode(payload: Uint8Array): Int16Array | null;
  /**
   * Makes up lost audio.
   * @param samples how much
   * @param next the payload right after the gap, which may carry a copy of what was lost
   */
  conceal(samples: number, next?: Uint8Array): Int16Array;
  /** Gives memory back; nothing may be called after. */
  free(): void;
}

export interface AudioEncoder {
  /** Hz of the samples it takes. */
  readonly sampleRate: number;
  /** Encodes one frame. */
  encode(samples: Int16Array): Uint8Array;
  /** Tells the loss the far side reports, 0–100 %. */
  expectLoss(percent: number): void;
  free(): void;
}

/** The rate in Hz at which a codec is decoded when nothing else matters; Opus is free. */
export function nativeRate(codec: CodecName): number | undefined {
  if (isG711(codec)) return G711_SAMPLE_RATE;
  return codec === 'G722' ? G722_SAMPLE_RATE : undefined;
}

/** Length of a payload in ticks of its codec's RTP clock; 0 when it is malformed. */
export function ticksOf(codec: CodecName, payload: Uint8Array): number {
  return codec === 'opus' ? opusTicks(payload) : payload.length;
}

/**
 * A decoder for one stream.
 * @param opusRate Hz, of Opus only: 8000, 12000, 16000, 24000 or 48000
 */
export async function createDecoder(
  codec: CodecName,
  opusRate: SampleRate = 8000,
): Promise<AudioDecoder> {
  if (codec === 'opus') return opusDecoder(opusRate);
  const sampleRate = codec === 'G722' ? G722_SAMPLE_RATE : G711_SAMPLE_RATE;
  const decode =
    codec === 'G722'
      ? createG722Decoder().decode
      : (payload: Uint8Array) => decodeG711(codec, payload);
  const concealer = createConcealer(sampleRate);
  return {
    sampleRate,
    decode: (payload) => concealer.good(decode(payload)),
    conceal: (samples) => concealer.lost(samples),
    free: () => undefined,
  };
}

async function opusDecoder(sampleRate: SampleRate): Promise<AudioDecoder> {
  const decoder = await createOpusDecoder({ sampleRate, channels: 1 });
  const ticksPerSample = 48_000 / sampleRate;
  return {
    sampleRate,
    decode(payload) {
      // Checked first: the library takes an empty payload for a lost one.
      if (opusTicks(payload) === 0) return null;
      try {
        return decoder.decode(payload);
      } catch (error) {
        if (isOpusError(error)) return null;
        throw error;
      }
    },
    conceal(samples, next) {
      if (next !== undefined && opusTicks(next) === samples * ticksPerSample) {
        try {
          return decoder.decode(next, { decodeFec: true, frameSize: samples });
        } catch (error) {
          if (!isOpusError(error)) throw error;
        }
      }
      return decoder.decodePacketLoss(samples);
    },
    free: () => decoder.free(),
  };
}

export interface EncoderOptions {
  /** Hz, of Opus only. */
  opusRate?: SampleRate;
  /** Samples of each frame; Opus takes 10, 20, 40 and 60 ms. */
  frameSize: number;
  opus?: OpusSettings;
}

/** An encoder for one stream. */
export async function createEncoder(
  codec: CodecName,
  { opusRate = 8000, frameSize, opus = {} }: EncoderOptions,
): Promise<AudioEncoder> {
  if (codec === 'opus') {
    return createOpusEncoder({ sampleRate: opusRate, frameSize, settings: opus });
  }
  return {
    sampleRate: codec === 'G722' ? G722_SAMPLE_RATE : G711_SAMPLE_RATE,
    encode:
      codec === 'G722'
        ? createG722Encoder().encode
        : (samples: Int16Array) => encodeG711(codec, samples),
    expectLoss: () => undefined,
    free: () => undefined,
  };
}
