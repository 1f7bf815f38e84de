/** What a telephone at 8 kHz needs of a codec: samples in, payload out, and back. */
import { createDecoder, createEncoder } from './audio-codec.ts';
import { isG711 } from './codec.ts';
import type { CodecName } from './engine.ts';
import { decodeG711, encodeG711 } from './g711.ts';
import { createDownsampler, createUpsampler } from './resample.ts';

export interface TelephoneCodec {
  /** Encodes 20 ms of audio at 8 kHz: 160 samples. */
  encode(samples: Int16Array): Uint8Array;
  /** Decodes to 8 kHz; empty when the payload is malformed. */
  decode(payload: Uint8Array): Int16Array;
  free(): void;
}

/** G.711 at once, the others when they are loaded; one of these serves one call. */
export function telephoneCodec(codec: CodecName): TelephoneCodec | Promise<TelephoneCodec> {
  if (!isG711(codec)) return loadCodec(codec);
  return {
    encode: (samples) => encodeG711(codec, samples),
    decode: (payload) => decodeG711(codec, payload),
    free: () => undefined,
  };
}

async function loadCodec(codec: CodecName): Promise<TelephoneCodec> {
  const isWide = codec === 'G722';
  const up = createUpsampler();
  const down = createDownsampler();
  const [encoder, decoder] = await Promise.all([
    createEncoder(codec, { opusRate: 8000, frameSize: isWide ? 320 : 160 }),
    createDecoder(codec, 8000),
  ]);
  return {
    encode: (samples) => encoder.encode(isWide ? up(samples) : samples),
    decode(payload) {
      const samples = decoder.decode(payload) ?? new Int16Array(0);
      return isWide ? down(samples) : samples;
    },
    free() {
      encoder.free();
      decoder.free();
    },
  };
}
