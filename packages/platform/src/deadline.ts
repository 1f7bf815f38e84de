import { TrunklineError } from '@trunkline/contracts/errors.ts';

/**
 * Waits for work, but not for ever. What was begun ends by itself; its result is not waited for.
 * @throws TrunklineError `unavailable` after `ms` milliseconds
 */
export async function withinDeadline<T>(ms: number, work: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new TrunklineError('unavailable', { cause: new Error('took too long') })),
      ms,
    );
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
