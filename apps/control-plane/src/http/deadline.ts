import { withinDeadline } from '@trunkline/platform/deadline.ts';
import type { Middleware } from './env.ts';

/**
 * Longest time a request may take. The caller is told to try again; work under way ends by itself
 * (and an idempotent one is found done by the next try).
 */
export function deadline(ms: number): Middleware {
  return (_c, next) => withinDeadline(ms, next);
}
