/** Handle of a running timer, only ever given back to the clock that made it. */
export type TimerHandle = unknown;

/**
 * The only source of time in the stack. Durations are milliseconds; `now` is wall-clock time since
 * the epoch for records, timers run on the platform's monotonic clock.
 */
export interface SipClock {
  now(): number;
  setTimer(fire: () => void, ms: number): TimerHandle;
  clearTimer(handle: TimerHandle): void;
}

/** The platform's own clock. */
export const systemClock: SipClock = {
  now: () => Date.now(),
  setTimer: (fire, ms) => setTimeout(fire, ms),
  clearTimer: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};
