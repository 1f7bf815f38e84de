/**
 * Moderates wake-ups as a network card moderates interrupts: at a high packet rate the event loop
 * pauses for a millisecond after each round of reading, so that one round reads several packets
 * instead of one. It costs each packet up to that millisecond and saves the way in and out of the
 * kernel's waiting for most of them.
 */

/** Packets a second from which on it pays. */
const MIN_RATE = 2_000;
const WINDOW_MS = 100;
const PAUSE_MS = 1;
/** A round that took longer read several packets anyway: a pause would only add delay. */
const LONG_ROUND_MS = 2;

const never = new Int32Array(new SharedArrayBuffer(4));
let isArmed = false;
let packets = 0;
let windowSince = 0;
let isBusy = false;
let pausedAt = 0;

/** Tells that a packet was read. */
export function packetRead(nowMs: number): void {
  packets++;
  if (nowMs - windowSince >= WINDOW_MS) {
    isBusy = packets * 1000 >= MIN_RATE * (nowMs - windowSince);
    packets = 0;
    windowSince = nowMs;
  }
  if (!isBusy || isArmed) return;
  isArmed = true;
  setImmediate(pause);
}

function pause(): void {
  isArmed = false;
  if (performance.now() - pausedAt <= LONG_ROUND_MS) Atomics.wait(never, 0, 0, PAUSE_MS);
  pausedAt = performance.now();
}
