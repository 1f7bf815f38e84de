/**
 * The adaptive predictor and quantiser scale both sub-bands of G.722 share (ITU-T G.722 §3, blocks
 * 3 and 4 of encoder and decoder). Fixed point as the recommendation writes it: 16-bit words,
 * products shifted right, saturated where it says so.
 */

/** Logarithm to linear conversion of the scale factor (G.722 table 14, `ILB`). */
const LINEAR = Int32Array.of(
  ...[2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774],
  ...[2834, 2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838],
  ...[3922, 4008],
);
/** Bounds of the second-order pole coefficient. */
const POLE2_LIMIT = 12288;
/** Bound of the first pole coefficient plus the second. */
const POLES_LIMIT = 15360;

/** Saturates to 16 bits. */
function saturate(value: number): number {
  return Math.max(-32768, Math.min(32767, value));
}

/** The value, negated when `sign` is negative: without a branch, for signs nobody can foresee. */
function withSign(value: number, sign: number): number {
  const mask = sign >> 31;
  return (value ^ mask) - mask;
}

/** State of one sub-band; encoder and decoder keep the same. */
export class Band {
  /** Predicted value of the next sample. */
  predicted = 0;
  /** Quantiser step size (`DETL`, `DETH`). */
  step: number;
  /** Shift by which table `ILB` is brought to the step size: 8 in the lower band, 10 in the upper. */
  readonly #shift: number;
  readonly #maxLogStep: number;
  #logStep = 0;

  #zeroPrediction = 0;
  /** Coefficients of the six zeros. */
  #b1 = 0;
  #b2 = 0;
  #b3 = 0;
  #b4 = 0;
  #b5 = 0;
  #b6 = 0;
  /** The last six quantised differences, doubled and saturated. */
  #d1 = 0;
  #d2 = 0;
  #d3 = 0;
  #d4 = 0;
  #d5 = 0;
  #d6 = 0;
  /** Coefficients of the two poles. */
  #a1 = 0;
  #a2 = 0;
  /** The last reconstructed sample, doubled and saturated. */
  #r1 = 0;
  /** Signs (0 or −1) of the last two partially reconstructed samples. */
  #sign1 = 0;
  #sign2 = 0;

  /** @param o.step step size at the start; `o.maxLogStep` bounds its logarithm */
  constructor(o: { step: number; shift: number; maxLogStep: number }) {
    this.step = o.step;
    this.#shift = o.shift;
    this.#maxLogStep = o.maxLogStep;
  }

  /** Adapts the step size by the logarithmic multiplier of a code (`LOGSCL`, `SCALEL`). */
  scale(multiplier: number): void {
    let log = (Math.imul(this.#logStep, 127) >> 7) + multiplier;
    if (log < 0) log = 0;
    else if (log > this.#maxLogStep) log = this.#maxLogStep;
    this.#logStep = log;
    const linear = LINEAR[(log >> 6) & 31] as number;
    const shift = this.#shift - (log >> 11);
    this.step = (shift < 0 ? linear << -shift : linear >> shift) << 2;
  }

  /** Takes the quantised difference of this sample and predicts the next one. */
  adapt(difference: number): void {
    // PARREC: sign of the partially reconstructed sample.
    const sign = (this.#zeroPrediction + difference) >> 31;
    const differs1 = sign ^ this.#sign1;
    const differs2 = sign ^ this.#sign2;
    this.#sign2 = this.#sign1;
    this.#sign1 = sign;

    // UPPOL2, UPPOL1: the poles.
    const a1 = this.#a1;
    const quadrupled = saturate(a1 << 2);
    const turned =
      quadrupled === -32768 ? 32767 - (differs1 & 65535) : withSign(quadrupled, ~differs1);
    let a2 = (turned >> 7) + withSign(128, differs2) + (Math.imul(this.#a2, 32512) >> 15);
    a2 = Math.max(-POLE2_LIMIT, Math.min(POLE2_LIMIT, a2));
    this.#a2 = a2;
    const limit = POLES_LIMIT - a2;
    let nextA1 = withSign(192, differs1) + (Math.imul(a1, 32640) >> 15);
    nextA1 = Math.max(-limit, Math.min(limit, nextA1));
    this.#a1 = nextA1;

    // UPZERO, DELAYA, FILTEZ: the zeros, and what they predict.
    const gain = difference === 0 ? 0 : 128;
    const d1 = this.#d1;
    const d2 = this.#d2;
    const d3 = this.#d3;
    const d4 = this.#d4;
    const d5 = this.#d5;
    const b1 = (Math.imul(this.#b1, 32640) >> 15) + withSign(gain, d1 ^ difference);
    const b2 = (Math.imul(this.#b2, 32640) >> 15) + withSign(gain, d2 ^ difference);
    const b3 = (Math.imul(this.#b3, 32640) >> 15) + withSign(gain, d3 ^ difference);
    const b4 = (Math.imul(this.#b4, 32640) >> 15) + withSign(gain, d4 ^ difference);
    const b5 = (Math.imul(this.#b5, 32640) >> 15) + withSign(gain, d5 ^ difference);
    const b6 = (Math.imul(this.#b6, 32640) >> 15) + withSign(gain, this.#d6 ^ difference);
    this.#b1 = b1;
    this.#b2 = b2;
    this.#b3 = b3;
    this.#b4 = b4;
    this.#b5 = b5;
    this.#b6 = b6;
    const d0 = saturate(difference << 1);
    this.#d6 = d5;
    this.#d5 = d4;
    this.#d4 = d3;
    this.#d3 = d2;
    this.#d2 = d1;
    this.#d1 = d0;
    const zeroPrediction =
      (Math.imul(b1, d0) >> 15) +
      (Math.imul(b2, d1) >> 15) +
      (Math.imul(b3, d2) >> 15) +
      (Math.imul(b4, d3) >> 15) +
      (Math.imul(b5, d4) >> 15) +
      (Math.imul(b6, d5) >> 15);
    this.#zeroPrediction = zeroPrediction;

    // RECONS, FILTEP, PREDIC: what the poles predict, and the sum.
    const r0 = saturate((this.predicted + difference) << 1);
    this.predicted = saturate(
      zeroPrediction + (Math.imul(nextA1, r0) >> 15) + (Math.imul(a2, this.#r1) >> 15),
    );
    this.#r1 = r0;
  }
}
