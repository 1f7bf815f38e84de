/** Where time comes from. Injected, so that tests own it. */
export interface Clock {
  /** Wall clock, UTC. For timestamps only. */
  now(): Date;
  /** Milliseconds of a clock that never steps. For durations and deadlines. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
};
