import { TrunklineError } from '@trunkline/contracts/errors.ts';

/**
 * Waits for `work`, but no longer than `timeoutMs` milliseconds.
 * @throws TrunklineError('unavailable') when it takes longer
 */
export function withinTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TrunklineError('unavailable')), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
