/** A beat that does not drift: every tick is due at a multiple of the interval from the start. */

/** After a stall longer than this many intervals the missed beats are left out, not caught up. */
const MAX_CATCH_UP = 5;

/**
 * Calls `tick` every `intervalMs`; a late tick does not delay those after it.
 * @returns a function that ends the beat
 */
export function startPacer(intervalMs: number, tick: () => void): () => void {
  let due = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const beat = () => {
    tick();
    if (stopped) return;
    due += intervalMs;
    const now = performance.now();
    if (now - due > MAX_CATCH_UP * intervalMs) due = now;
    timer = setTimeout(beat, Math.max(0, due - now));
  };
  timer = setTimeout(beat, 0);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
