/**
 * G.711 (ITU-T, 11/1988): A-law and µ-law companding of 8 kHz audio, one octet a sample.
 * Linear samples are 16-bit here; G.711 defines A-law over 13 and µ-law over 14 bits, which sit
 * at the top of the 16.
 */
import type { G711Law } from './codec.ts';

/** Even bits are inverted on the line (G.711 §3.2, table 1). */
const ALAW_INVERSION = 0x55;
/** Offset that makes every µ-law segment start at a power of two, in 14-bit units. */
const ULAW_BIAS = 33;
/** Largest biased 14-bit magnitude. */
const ULAW_CLIP = 0x1fff;

function decodeAlawSample(code: number): number {
  const bits = code ^ ALAW_INVERSION;
  const segment = (bits >> 4) & 7;
  const step = bits & 15;
  // The value in the middle of the quantising interval, in 13-bit units.
  const magnitude = segment === 0 ? 2 * step + 1 : (2 * step + 33) << (segment - 1);
  return ((bits & 0x80) === 0 ? -magnitude : magnitude) * 8;
}

function encodeAlawSample(sample: number): number {
  const magnitude = (sample < 0 ? ~sample : sample) >> 4;
  // Twelve magnitude bits: 0–31 are linear, then every doubling is a segment of 16 steps.
  const segment = magnitude < 32 ? magnitude >> 4 : 27 - Math.clz32(magnitude) + 1;
  const step = segment < 2 ? magnitude & 15 : (magnitude >> (segment - 1)) & 15;
  const sign = sample < 0 ? 0 : 0x80;
  return (sign | (segment << 4) | step) ^ ALAW_INVERSION;
}

function decodeUlawSample(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((2 * (bits & 15) + ULAW_BIAS) << ((bits >> 4) & 7)) - ULAW_BIAS;
  return ((bits & 0x80) === 0 ? magnitude : -magnitude) * 4;
}

function encodeUlawSample(sample: number): number {
  const magnitude = Math.min(ULAW_CLIP, ((sample < 0 ? ~sample : sample) >> 2) + ULAW_BIAS);
  const segment = 26 - Math.clz32(magnitude);
  const step = (magnitude >> (segment + 1)) & 15;
  const sign = sample < 0 ? 0x80 : 0;
  return ~(sign | (segment << 4) | step) & 0xff;
}

const ALAW_TO_LINEAR = Int16Array.from({ length: 256 }, (_, code) => decodeAlawSample(code));
const ULAW_TO_LINEAR = Int16Array.from({ length: 256 }, (_, code) => decodeUlawSample(code));
/** Indexed by the sample as an unsigned 16-bit number. */
const LINEAR_TO_ALAW = Uint8Array.from({ length: 65536 }, (_, i) =>
  encodeAlawSample((i << 16) >> 16),
);
const LINEAR_TO_ULAW = Uint8Array.from({ length: 65536 }, (_, i) =>
  encodeUlawSample((i << 16) >> 16),
);
const ALAW_TO_ULAW = ULAW_TO_LINEAR.map((_, code) => encodeUlawSample(decodeAlawSample(code)));
const ULAW_TO_ALAW = ULAW_TO_LINEAR.map((_, code) => encodeAlawSample(decodeUlawSample(code)));

/** Octet that decodes to the smallest positive value: what to send for silence. */
export const ALAW_SILENCE = 0xd5;
/** Octet that decodes to zero: what to send for silence. */
export const ULAW_SILENCE = 0xff;

/** The silence octet of a law. */
export function silenceOf(law: G711Law): number {
  return law === 'PCMA' ? ALAW_SILENCE : ULAW_SILENCE;
}

/** Decodes G.711 octets to 16-bit linear samples. */
export function decodeG711(law: G711Law, octets: Uint8Array): Int16Array {
  const table = law === 'PCMA' ? ALAW_TO_LINEAR : ULAW_TO_LINEAR;
  const samples = new Int16Array(octets.length);
  for (let i = 0; i < octets.length; i++) samples[i] = table[octets[i] as number] as number;
  return samples;
}

/** Encodes 16-bit linear samples to G.711 octets. */
export function encodeG711(law: G711Law, samples: Int16Array): Uint8Array {
  const table = law === 'PCMA' ? LINEAR_TO_ALAW : LINEAR_TO_ULAW;
  const octets = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    octets[i] = table[(samples[i] as number) & 0xffff] as number;
  }
  return octets;
}

/**
 * Converts octets of one law to the other by table, without the detour over linear samples; the
 * same law returns the octets themselves.
 */
export function convertG711(from: G711Law, to: G711Law, octets: Uint8Array): Uint8Array {
  if (from === to) return octets;
  const table = from === 'PCMA' ? ALAW_TO_ULAW : ULAW_TO_ALAW;
  const converted = new Uint8Array(octets.length);
  for (let i = 0; i < octets.length; i++) converted[i] = table[octets[i] as number] as number;
  return converted;
}
