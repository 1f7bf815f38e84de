import { defaultRingSeconds } from '@trunkline/calls/forward-decision.ts';

/** Every wait of a call has a bound; milliseconds where nothing else is said. */
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
  /** How long the first line rings before its administrative list begins, seconds (LIN-015). */
  listFirstSeconds: number;
  /** A transfer's target that does not answer gives the call back (VOX-128). */
  recallMs: number;
  /** How long a command waits to say what became of a transfer; then the call's view does. */
  transferResultMs: number;
  /** No audio of the PBX on a call nobody holds (VOX-119). */
  mediaTimeoutMs: number;
}

export const defaultBounds: CallBounds = {
  ringResultMs: 3000,
  ringMs: 170_000,
  unattendedMs: 30 * 60_000,
  webrtcConnectMs: 15_000,
  clientGraceMs: 10_000,
  callMs: 24 * 3_600_000,
  listFirstSeconds: defaultRingSeconds,
  recallMs: 30_000,
  transferResultMs: 10_000,
  mediaTimeoutMs: 60_000,
};
