/** What a failed query means to us. */
export type DatabaseFailure =
  | { readonly kind: 'unique'; readonly constraint: string }
  | { readonly kind: 'foreign_key'; readonly constraint: string }
  /** Text no database column can hold, such as U+0000. */
  | { readonly kind: 'unfit_text' }
  | { readonly kind: 'retry' }
  | { readonly kind: 'unreachable' };

interface Coded {
  readonly code?: unknown;
  readonly constraint_name?: unknown;
  readonly cause?: unknown;
}

const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  // PostgreSQL: too many connections, shutting down, crash, starting up, lock or statement timeout.
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '55P03',
  '57014',
  '25006',
]);

/**
 * Reads the driver's error (also where drizzle wrapped it).
 * @returns null when the error is not one of the database's expected ones
 */
export function databaseFailure(error: unknown): DatabaseFailure | null {
  for (let at: unknown = error, depth = 0; at && depth < 5; depth += 1) {
    const { code, constraint_name: constraint, cause } = at as Coded;
    if (typeof code === 'string') {
      if (code === '23505') return { kind: 'unique', constraint: String(constraint ?? '') };
      if (code === '23503') return { kind: 'foreign_key', constraint: String(constraint ?? '') };
      if (code === '22021' || code === '22P05') return { kind: 'unfit_text' };
      if (code === '40001' || code === '40P01') return { kind: 'retry' };
      if (unreachableCodes.has(code) || code.startsWith('08')) return { kind: 'unreachable' };
    }
    at = cause;
  }
  return null;
}
