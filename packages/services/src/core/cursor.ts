import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Page } from '@trunkline/contracts/pages.ts';
import { fromBase64, toBase64Url } from '@trunkline/platform/bytes.ts';

const invalid = (cause?: unknown) =>
  new TrunklineError('invalid_request', {
    cause,
    errors: [{ pointer: '/cursor', message: 'not a cursor of this list' }],
  });

/** Packs the sort key of the last row: opaque to clients. */
export function encodeCursor(parts: readonly string[]): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(parts)));
}

/** @throws TrunklineError `invalid_request` for anything we did not make */
export function decodeCursor(cursor: string, length: number): string[] {
  let parts: unknown;
  try {
    parts = JSON.parse(new TextDecoder().decode(fromBase64(cursor)));
  } catch (cause) {
    throw invalid(cause);
  }
  if (
    !Array.isArray(parts) ||
    parts.length !== length ||
    !parts.every((part) => typeof part === 'string')
  )
    throw invalid();
  return parts as string[];
}

/** Makes a page of rows queried with `limit + 1`. */
export function pageFrom<R, T>(
  rows: readonly R[],
  limit: number,
  keyOf: (row: R) => readonly string[],
  map: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(map),
    nextCursor: rows.length > limit && last ? encodeCursor(keyOf(last)) : null,
  };
}
