/**
 * The Opus encoder: libopus as an addon of the runtime where the machine has one, for it takes about
 * half the time, else as WebAssembly. Both take the same settings and make packets of equal length.
 */
import { Application, createEncoder, EncoderCtl } from 'libopus-wasm';
import type { AudioEncoder } from './audio-codec.ts';
import type { OpusSettings } from './engine.ts';

const DEFAULT_BITRATE = 24_000;
const DEFAULT_COMPLEXITY = 5;
/** Loss the encoder prepares for before any report, %: forward error correction needs some. */
const MIN_EXPECTED_LOSS = 5;
const MAX_EXPECTED_LOSS = 30;
/** Larger than any packet of 60 ms at 128 kbit/s. */
const MAX_OPUS_PACKET = 1275;

/** Rates Opus takes, Hz. */
export type OpusRate = 8000 | 12_000 | 16_000 | 24_000 | 48_000;

/** What both forms of libopus have in common. */
interface Libopus {
  encode(samples: Int16Array): Uint8Array;
  /** `opus_encoder_ctl` of an integer. */
  control(request: number, value: number): void;
  free(): void;
}

export interface OpusEncoderOptions {
  sampleRate: OpusRate;
  /** Samples of each frame: 10, 20, 40 or 60 ms. */
  frameSize: number;
  settings: OpusSettings;
  /** `wasm` leaves the addon alone; default `any`. */
  form?: 'any' | 'wasm';
}

/** An encoder of one channel. */
export async function createOpusEncoder(o: OpusEncoderOptions): Promise<AudioEncoder> {
  const { sampleRate, settings } = o;
  const addon = o.form === 'wasm' ? undefined : await loadAddon();
  const opus = addon === undefined ? await wasmEncoder(o) : addonEncoder(addon, o);
  opus.control(EncoderCtl.SetBitrate, settings.bitrate ?? DEFAULT_BITRATE);
  opus.control(EncoderCtl.SetComplexity, settings.complexity ?? DEFAULT_COMPLEXITY);
  opus.control(EncoderCtl.SetDtx, settings.dtx === true ? 1 : 0);
  opus.control(EncoderCtl.SetInBandFec, settings.fec === false ? 0 : 1);
  let expected = MIN_EXPECTED_LOSS;
  opus.control(EncoderCtl.SetPacketLossPercent, expected);
  return {
    sampleRate,
    encode: (samples) => opus.encode(samples),
    expectLoss(percent) {
      const loss = Math.round(Math.min(MAX_EXPECTED_LOSS, Math.max(MIN_EXPECTED_LOSS, percent)));
      if (loss === expected) return;
      expected = loss;
      opus.control(EncoderCtl.SetPacketLossPercent, loss);
    },
    free: () => opus.free(),
  };
}

type Addon = typeof import('@evan/opus/node/index.js')['default'];

let addon: Promise<Addon | undefined> | undefined;

/** The addon; undefined where there is none for the machine or the runtime loads none. */
function loadAddon(): Promise<Addon | undefined> {
  addon ??= import('@evan/opus/node/index.js').then(
    (module) => module.default,
    () => undefined,
  );
  return addon;
}

function addonEncoder({ Encoder }: Addon, { sampleRate, settings }: OpusEncoderOptions): Libopus {
  const encoder = new Encoder({
    channels: 1,
    sample_rate: sampleRate,
    application: settings.application ?? 'voip',
  });
  return {
    encode: (samples) => encoder.encode(samples),
    control: (request, value) => void encoder.ctl(request, value),
    // Its memory goes with the object.
    free: () => undefined,
  };
}

async function wasmEncoder(o: OpusEncoderOptions): Promise<Libopus> {
  const isAudio = o.settings.application === 'audio';
  const encoder = await createEncoder({
    sampleRate: o.sampleRate,
    channels: 1,
    application: isAudio ? Application.Audio : Application.Voip,
    frameSize: o.frameSize,
  });
  const options = { maxPacketBytes: MAX_OPUS_PACKET };
  return {
    encode: (samples) => encoder.encode(samples, options),
    control: (request, value) => encoder.encoderCtl(request, value),
    free: () => encoder.free(),
  };
}
