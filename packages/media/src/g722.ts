/**
 * G.722 at 64 kbit/s (ITU-T G.722, 09/2012, mode 1): 16 kHz audio as two sub-bands in ADPCM, six
 * bits for the lower and two for the upper, one octet for two samples. In RTP its clock runs at
 * 8 kHz all the same (RFC 3551 §4.5.2), so an octet is one tick.
 */
import { Band } from './g722-band.ts';

export const G722_SAMPLE_RATE = 16_000;

/** One half of the symmetric quadrature mirror filter of 24 taps (table 11). */
const [H0, H1, H2, H3, H4, H5] = [3, -11, 12, 32, -210, 951] as const;
const [H6, H7, H8, H9, H10, H11] = [3876, -805, 362, -156, 53, -11] as const;
/** Samples of the past the filter needs. */
const HISTORY = 22;

/** Decision levels of the lower band (table 4, `Q6`), the last one open. */
const LOW_LEVELS = Int32Array.of(
  ...[35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940],
  ...[1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919],
);
const MAX_GUESS = 2935;
/** For every eighth magnitude in steps of 4096: the lowest interval it can be in. */
const INTERVAL_NEAR = Uint8Array.from(
  { length: (MAX_GUESS >> 3) + 1 },
  (_, i) => LOW_LEVELS.filter((level) => level <= 8 * i).length,
);
/** Decision level of the upper band (`Q2`). */
const HIGH_LEVEL = 564;
/** Inverse quantiser of the lower band by six bits (`QM6`) and by the upper four (`QM4`). */
const LOW_VALUES = [
  ...[24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576],
  ...[6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136],
] as const;
const QM6 = Int32Array.from({ length: 64 }, (_, code) => {
  if (code >= 62) return code === 62 ? -432 : -136;
  if (code >= 32) return LOW_VALUES[code - 32] as number;
  return code < 4 ? -136 : -(LOW_VALUES[code - 4] as number);
});
const QM4 = Int32Array.of(
  ...[0, -20456, -12896, -8968, -6288, -4240, -2584, -1200],
  ...[20456, 12896, 8968, 6288, 4240, 2584, 1200, 0],
);
/** Logarithmic multipliers of the lower band by its upper four bits (`WL` over `RL42`). */
const LOW_MULTIPLIERS = Int32Array.of(
  ...[-60, 3042, 1198, 538, 334, 172, 58, -30],
  ...[3042, 1198, 538, 334, 172, 58, -30, -60],
);
/** Inverse quantiser and multipliers of the upper band (`QM2`; `WH` over `RH2`). */
const QM2 = Int32Array.of(-7408, -1616, 7408, 1616);
const HIGH_MULTIPLIERS = Int32Array.of(798, -214, 798, -214);

const lowBand = () => new Band({ step: 32, shift: 8, maxLogStep: 18432 });
const highBand = () => new Band({ step: 8, shift: 10, maxLogStep: 22528 });

export interface G722Encoder {
  /**
   * Encodes 16 kHz samples, half as many octets; the filter delays them by 22 samples in all.
   * @throws RangeError when the number of samples is odd
   */
  encode(samples: Int16Array): Uint8Array;
}

export interface G722Decoder {
  /** Decodes octets to twice as many 16 kHz samples. */
  decode(octets: Uint8Array): Int16Array;
}

/** A new encoder: one for each stream, since each octet builds on those before. */
export function createG722Encoder(): G722Encoder {
  const low = lowBand();
  const high = highBand();
  let line = new Int16Array(HISTORY + 320);
  return {
    encode(samples) {
      const { length } = samples;
      if (length % 2 !== 0) throw new RangeError('G.722 encodes pairs of samples');
      if (line.length < HISTORY + length) {
        const longer = new Int16Array(HISTORY + length);
        longer.set(line.subarray(0, HISTORY));
        line = longer;
      }
      line.set(samples, HISTORY);
      const octets = new Uint8Array(length >> 1);
      for (let i = 0; i < octets.length; i++) octets[i] = encodePair(line, 2 * i, low, high);
      line.copyWithin(0, length, length + HISTORY);
      return octets;
    },
  };
}

/** A new decoder: one for each stream. */
export function createG722Decoder(): G722Decoder {
  const low = lowBand();
  const high = highBand();
  // Sums of the bands at even places, differences at odd ones.
  let line = new Int32Array(HISTORY + 320);
  return {
    decode(octets) {
      const length = 2 * octets.length;
      if (line.length < HISTORY + length) {
        const longer = new Int32Array(HISTORY + length);
        longer.set(line.subarray(0, HISTORY));
        line = longer;
      }
      const samples = new Int16Array(length);
      for (let i = 0; i < octets.length; i++) {
        decodeOctet(octets[i] as number, line, 2 * i, low, high, samples);
      }
      line.copyWithin(0, length, length + HISTORY);
      return samples;
    },
  };
}

/** Encodes the two samples at the end of the 24 that begin at `at`. */
function encodePair(line: Int16Array, at: number, low: Band, high: Band): number {
  const even = evenTaps(line, at);
  const odd = oddTaps(line, at);
  const lowSample = (odd + even) >> 14;
  const highSample = (odd - even) >> 14;

  const lowError = saturate(lowSample - low.predicted);
  const lowStep = low.step;
  const lowCode = quantizeLow(lowError, lowStep);
  const coarse = lowCode >> 2;
  low.scale(LOW_MULTIPLIERS[coarse] as number);
  low.adapt(Math.imul(lowStep, QM4[coarse] as number) >> 15);

  const highError = saturate(highSample - high.predicted);
  const highStep = high.step;
  const outer = (highError < 0 ? ~highError : highError) >= Math.imul(HIGH_LEVEL, highStep) >> 12;
  const highCode = (highError < 0 ? 1 : 3) - (outer ? 1 : 0);
  high.scale(HIGH_MULTIPLIERS[highCode] as number);
  high.adapt(Math.imul(highStep, QM2[highCode] as number) >> 15);

  return (highCode << 6) | lowCode;
}

/**
 * Finds the interval of a prediction error (`QUANTL`): one division leads next to it, exact
 * comparisons find it.
 */
function quantizeLow(error: number, step: number): number {
  const magnitude = error < 0 ? ~error : error;
  const guess = ((magnitude * 4096) / step) | 0;
  let interval = INTERVAL_NEAR[guess > MAX_GUESS ? MAX_GUESS >> 3 : guess >> 3] as number;
  while (
    interval < LOW_LEVELS.length &&
    magnitude >= Math.imul(LOW_LEVELS[interval] as number, step) >> 12
  ) {
    interval++;
  }
  if (error >= 0) return 61 - interval;
  // The two intervals next to zero have codes apart from the rest (table 5).
  return interval < 2 ? 63 - interval : 33 - interval;
}

function decodeOctet(
  octet: number,
  line: Int32Array,
  at: number,
  low: Band,
  high: Band,
  samples: Int16Array,
): void {
  const lowCode = octet & 63;
  const coarse = lowCode >> 2;
  const lowStep = low.step;
  const lowSample = limit15(low.predicted + (Math.imul(lowStep, QM6[lowCode] as number) >> 15));
  low.scale(LOW_MULTIPLIERS[coarse] as number);
  low.adapt(Math.imul(lowStep, QM4[coarse] as number) >> 15);

  const highCode = octet >> 6;
  const difference = Math.imul(high.step, QM2[highCode] as number) >> 15;
  const highSample = limit15(high.predicted + difference);
  high.scale(HIGH_MULTIPLIERS[highCode] as number);
  high.adapt(difference);

  line[at + HISTORY] = lowSample + highSample;
  line[at + HISTORY + 1] = lowSample - highSample;
  samples[at] = saturate(oddTaps(line, at) >> 11);
  samples[at + 1] = saturate(evenTaps(line, at) >> 11);
}

/** The filter's sum over every second of 24 places, from the first. */
function evenTaps(x: Int16Array | Int32Array, at: number): number {
  return (
    Math.imul(H0, x[at] as number) +
    Math.imul(H1, x[at + 2] as number) +
    Math.imul(H2, x[at + 4] as number) +
    Math.imul(H3, x[at + 6] as number) +
    Math.imul(H4, x[at + 8] as number) +
    Math.imul(H5, x[at + 10] as number) +
    Math.imul(H6, x[at + 12] as number) +
    Math.imul(H7, x[at + 14] as number) +
    Math.imul(H8, x[at + 16] as number) +
    Math.imul(H9, x[at + 18] as number) +
    Math.imul(H10, x[at + 20] as number) +
    Math.imul(H11, x[at + 22] as number)
  );
}

/** The filter's sum over every second of 24 places, from the second: the taps mirrored. */
function oddTaps(x: Int16Array | Int32Array, at: number): number {
  return (
    Math.imul(H11, x[at + 1] as number) +
    Math.imul(H10, x[at + 3] as number) +
    Math.imul(H9, x[at + 5] as number) +
    Math.imul(H8, x[at + 7] as number) +
    Math.imul(H7, x[at + 9] as number) +
    Math.imul(H6, x[at + 11] as number) +
    Math.imul(H5, x[at + 13] as number) +
    Math.imul(H4, x[at + 15] as number) +
    Math.imul(H3, x[at + 17] as number) +
    Math.imul(H2, x[at + 19] as number) +
    Math.imul(H1, x[at + 21] as number) +
    Math.imul(H0, x[at + 23] as number)
  );
}

function saturate(value: number): number {
  return Math.max(-32768, Math.min(32767, value));
}

/** Saturates to 15 bits, the width of a sub-band (`LIMIT`). */
function limit15(value: number): number {
  return Math.max(-16384, Math.min(16383, value));
}
