import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Middleware } from './env.ts';

/**
 * Longest time a request may take. The caller is told to try again; work under way ends by itself
 * (and an idempotent one is found done by the next try).
 */
export function deadline(ms: number): Middleware {
  return async (_c, next) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new TrunklineError('unavailable', { cause: new Error('took too long') })),
        ms,
      );
    });
    try {
      await Promise.race([next(), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
