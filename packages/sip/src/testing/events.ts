import type { Emitter } from '../endpoint/emitter.ts';

/** Arguments of the next event of that name; rejects when it does not come within `ms`. */
export function nextEvent<E extends { [name: string]: unknown[] }, K extends keyof E & string>(
  emitter: Emitter<E>,
  event: K,
  ms = 3_000,
): Promise<E[K]> {
  return new Promise((resolve, reject) => {
    const guard = setTimeout(() => {
      off();
      reject(new Error(`no "${event}" within ${ms} ms`));
    }, ms);
    const off = emitter.on(event, (...args) => {
      clearTimeout(guard);
      off();
      resolve(args);
    });
  });
}
