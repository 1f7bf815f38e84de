import {
  type ErrorCode,
  errorRegistry,
  type FieldError,
  type Problem,
} from '@trunkline/contracts/errors.ts';
import type { Language } from '@trunkline/contracts/time.ts';

/** Any failure of the API or of a realtime command, with its stable code. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly problem: Problem | null;
  readonly errors: readonly FieldError[];
  /** The service was not reached at all. */
  readonly unreachable: boolean;
  /** Seconds to wait, from Retry-After. */
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ErrorCode,
    options: {
      problem?: Problem;
      unreachable?: boolean;
      retryAfterSeconds?: number | null;
      cause?: unknown;
    } = {},
  ) {
    super(options.problem?.detail ?? errorRegistry[code].title.en, { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.problem = options.problem ?? null;
    this.status = options.problem?.status ?? errorRegistry[code].status;
    this.errors = options.problem?.errors ?? [];
    this.unreachable = options.unreachable ?? false;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorRegistry, value);
}

/** Reads a problem document; a code we do not know becomes `internal` but keeps its own text. */
export function asProblem(body: unknown, status: number): Problem {
  const fallback: ErrorCode =
    status === 401
      ? 'unauthenticated'
      : status === 403
        ? 'missing_scope'
        : status === 404
          ? 'not_found'
          : status === 429
            ? 'rate_limited'
            : status === 502 || status === 503 || status === 504
              ? 'unavailable'
              : status >= 500
                ? 'internal'
                : 'invalid_request';
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const code = isErrorCode(fields.code) ? fields.code : fallback;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const errors = Array.isArray(fields.errors)
    ? fields.errors.flatMap((entry: unknown) => {
        const { pointer, message } = (entry ?? {}) as Record<string, unknown>;
        return typeof pointer === 'string' && typeof message === 'string'
          ? [{ pointer, message }]
          : [];
      })
    : undefined;
  const detail = text(fields.detail);
  const traceId = text(fields.traceId);
  const scope = text(fields.scope);
  return {
    type: text(fields.type) ?? `urn:trunkline:error:${code}`,
    code,
    title: text(fields.title) ?? errorRegistry[code].title.en,
    status,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(scope === undefined ? {} : { scope }),
  };
}

/** Makes an ApiError out of whatever was thrown. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('internal', { cause: error });
}

/** The sentence for a person, in their language. */
export function errorText(error: unknown, language: Language): string {
  return errorRegistry[asApiError(error).code].title[language];
}
