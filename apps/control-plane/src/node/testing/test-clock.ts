import { type Clock, systemClock } from '@trunkline/platform/clock.ts';

/** The system's clock, moved forward by hand. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function createTestClock(): TestClock {
  let ahead = 0;
  return {
    now: () => new Date(systemClock.now().getTime() + ahead),
    monotonic: () => systemClock.monotonic() + ahead,
    advance(ms) {
      ahead += ms;
    },
  };
}
