/** One timer for all that must look at the clock every few milliseconds. */

const INTERVAL_MS = 5;

const waiting = new Set<(nowMs: number) => void>();
let timer: NodeJS.Timeout | undefined;

/**
 * Calls back every 5 ms with the monotonic time.
 * @returns a function that ends it
 */
export function onTick(callback: (nowMs: number) => void): () => void {
  waiting.add(callback);
  timer ??= setInterval(() => {
    const now = performance.now();
    for (const each of waiting) each(now);
  }, INTERVAL_MS).unref();
  return () => {
    waiting.delete(callback);
    if (waiting.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
