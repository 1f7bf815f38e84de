import type { z } from 'zod';
import { type FieldError, TrunklineError } from './errors.ts';

/** Turns zod issues into field errors with JSON pointers (RFC 6901). */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.slice(0, 50).map((issue) => ({
    pointer: issue.path
      .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join(''),
    message: issue.message,
  }));
}

/**
 * Parses outside input at the door.
 * @throws TrunklineError `invalid_request` naming each wrong field
 */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new TrunklineError('invalid_request', { errors: fieldErrors(result.error) });
}
