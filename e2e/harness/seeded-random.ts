/** The next number of a repeatable sequence, in [0, 1). */
export type Random = () => number;

const STEP = 0x9e3779b9;

/**
 * A repeatable sequence of numbers: the same seed gives the same faults. A counter whose bits are
 * mixed with the finaliser of MurmurHash3; good enough for choosing packets, not for keys.
 */
export function seededRandom(seed: number): Random {
  let counter = Math.imul(seed | 0, STEP);
  return () => {
    counter = (counter + STEP) | 0;
    let mixed = counter ^ (counter >>> 16);
    mixed = Math.imul(mixed, 0x85ebca6b);
    mixed ^= mixed >>> 13;
    mixed = Math.imul(mixed, 0xc2b2ae35);
    mixed ^= mixed >>> 16;
    return (mixed >>> 0) / 2 ** 32;
  };
}
