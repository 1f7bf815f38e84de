/** How long a condition may take to come true, and how often it is looked at. */
export interface WaitOptions {
  /** Hang guard in milliseconds; default 10,000. */
  readonly timeoutMs?: number;
  /** Pause between two looks in milliseconds; default 25. */
  readonly intervalMs?: number;
  /** Called when the guard fires; its text is appended to the error (logs, last state). */
  readonly explain?: () => string;
}

type Falsy = false | null | undefined | 0 | '';

/**
 * Polls `probe` until it returns something truthy and returns that.
 *
 * A probe that throws counts as "not yet"; its last error becomes the `cause`.
 *
 * @param what the condition in words, for the error message
 * @throws Error when the hang guard fires
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | Falsy | Promise<T | Falsy>,
  options: WaitOptions = {},
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const intervalMs = options.intervalMs ?? 25;
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= deadline) {
      const details = options.explain?.();
      throw new Error(
        `gave up after ${timeoutMs} ms waiting for ${what}${details ? `\n${details}` : ''}`,
        { cause: lastError },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
