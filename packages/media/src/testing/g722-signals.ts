/** Signals for tests of G.722, made of whole numbers only: the same samples on every machine. */

export interface Signal {
  name: string;
  /** 16 kHz. */
  samples: Int16Array;
}

/** Numbers from −1 to 1 that look random, the same at every run. */
export function noiseOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function signal(name: string, length: number, sampleAt: (i: number) => number): Signal {
  const clipped = (value: number) => Math.max(-32768, Math.min(32767, Math.round(value)));
  return { name, samples: Int16Array.from({ length }, (_, i) => clipped(sampleAt(i))) };
}

/** A triangle of a period in samples, from −1 to 1. */
const triangle = (i: number, period: number) => Math.abs((4 * (i % period)) / period - 2) - 1;

/** Signals that walk every path of the codec: both bands, silence, steps, overload. */
export function g722Signals(length: number): Signal[] {
  const soft = noiseOf(1);
  const middle = noiseOf(2);
  const loud = noiseOf(3);
  return [
    signal(
      'triangles in both bands',
      length,
      (i) => 9000 * triangle(i, 37) + 5000 * triangle(i, 3),
    ),
    signal('noise that swells and dies', length, (i) => 12_000 * triangle(i, 801) * middle()),
    signal('near silence', length, () => 3 * soft()),
    signal('steps', length, (i) => (i % 400 < 200 ? 20_000 : -300)),
    signal('noise at full scale', length, () => 32_767 * loud()),
    signal('a square wave at full scale', length, (i) => (i % 40 < 20 ? 32_767 : -32_768)),
  ];
}
