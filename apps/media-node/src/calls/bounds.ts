/** Every wait of a call has a bound; milliseconds. */
export interface CallBounds {
  /** The edge's word how many devices ring. */
  ringResultMs: number;
  /** Ringing of either direction before we give up, below the three minutes of timer C (RFC 3261 §16.6). */
  ringMs: number;
  /** A call kept ringing with nobody there (LIN-062: 180). */
  unattendedMs: number;
  /** From the answer to a browser's offer until its media connection is up. */
  webrtcConnectMs: number;
  /** A browser or device that vanished may come back for this long. */
  clientGraceMs: number;
  /** Longest call. */
  callMs: number;
}

export const defaultBounds: CallBounds = {
  ringResultMs: 3000,
  ringMs: 170_000,
  unattendedMs: 30 * 60_000,
  webrtcConnectMs: 15_000,
  clientGraceMs: 10_000,
  callMs: 24 * 3_600_000,
};
