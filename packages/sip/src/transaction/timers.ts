/**
 * The timers of RFC 3261 Table 4 (Appendix A) and RFC 6026 §7.1 as data. All values in
 * milliseconds.
 */

/** The values all timers are made of. */
export interface TimerSettings {
  /** Round-trip estimate. */
  t1: number;
  /** Longest interval between retransmissions of a non-INVITE request or an INVITE response. */
  t2: number;
  /** Longest time a message stays in the network. */
  t4: number;
  /** How long an INVITE may ring (timer C; proxies need more than three minutes). */
  c: number;
  /** How long an INVITE client waits for repeated final responses; at least 32 s (§17.1.1.2). */
  d: number;
}

export const DEFAULT_TIMERS: TimerSettings = {
  t1: 500,
  t2: 4_000,
  t4: 5_000,
  c: 180_000,
  d: 32_000,
};

/** Timers of the transaction machines. C belongs to the user agent, not to a machine. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M';

export interface TimerRule {
  /** First duration over an unreliable transport. */
  first(settings: TimerSettings): number;
  /** Over TCP and TLS: the same, fires at once, or never started. */
  reliable: 'same' | 'zero' | 'never';
  /** Longest interval when restarted with doubled duration; absent: it fires once. */
  doublesTo?(settings: TimerSettings): number;
}

export const TIMERS: Readonly<Record<TimerName, TimerRule>> = {
  // INVITE client: retransmission, time-out, wait for repeated 3xx-6xx.
  A: { first: (s) => s.t1, reliable: 'never', doublesTo: () => Number.POSITIVE_INFINITY },
  B: { first: (s) => 64 * s.t1, reliable: 'same' },
  D: { first: (s) => s.d, reliable: 'zero' },
  // Non-INVITE client: retransmission, time-out, wait for repeated responses.
  E: { first: (s) => s.t1, reliable: 'never', doublesTo: (s) => s.t2 },
  F: { first: (s) => 64 * s.t1, reliable: 'same' },
  K: { first: (s) => s.t4, reliable: 'zero' },
  // INVITE server: retransmission of 3xx-6xx, wait for ACK, wait for repeated ACKs.
  G: { first: (s) => s.t1, reliable: 'never', doublesTo: (s) => s.t2 },
  H: { first: (s) => 64 * s.t1, reliable: 'same' },
  I: { first: (s) => s.t4, reliable: 'zero' },
  // Non-INVITE server: wait for repeated requests.
  J: { first: (s) => 64 * s.t1, reliable: 'zero' },
  // Accepted states (RFC 6026): server and client wait for repeats of INVITE and 2xx.
  L: { first: (s) => 64 * s.t1, reliable: 'same' },
  M: { first: (s) => 64 * s.t1, reliable: 'same' },
};
