/** Waits between attempts to connect, milliseconds. */
export const reconnect = { first: 300, most: 15_000 };

/**
 * Wait before attempt `failures` (1 = first retry): doubling, capped, with full jitter in its
 * upper half so that clients of a restarted edge do not come back in one wave.
 */
export function reconnectDelay(failures: number, random: () => number): number {
  const ceiling = Math.min(reconnect.most, reconnect.first * 2 ** Math.min(failures, 10));
  return Math.max(reconnect.first, Math.round(ceiling * (0.5 + random() / 2)));
}
