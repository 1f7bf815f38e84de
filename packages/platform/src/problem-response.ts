import {
  type ErrorCode,
  errorRegistry,
  problemOf,
  TrunklineError,
} from '@trunkline/contracts/errors.ts';
import type { Language } from '@trunkline/contracts/time.ts';

export interface ProblemContext {
  language: Language;
  traceId: string;
}

/**
 * The HTTP answer of an error: an RFC 9457 document with its stable code and the trace id. What
 * is no `TrunklineError` becomes `internal` and tells nothing of itself.
 */
export function problemResponse(error: unknown, context: ProblemContext): Response {
  const known = error instanceof TrunklineError ? error : new TrunklineError('internal');
  const { code, detail, errors, scope, retryAfterSeconds } = known;
  const problem = problemOf(code, context.language, {
    traceId: context.traceId,
    ...(detail !== undefined && { detail }),
    ...(errors && { errors }),
    ...(scope !== undefined && { scope }),
  });
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'content-language': context.language,
  });
  const retryAfter = retryAfterSeconds ?? retryAfterOf[code];
  if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter));
  if (problem.status === 401) headers.set('www-authenticate', 'Bearer');
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

/** Seconds after which a try again makes sense, where the error itself does not say. */
const retryAfterOf: Partial<Record<ErrorCode, number>> = { unavailable: 2, rate_limited: 1 };

/** True for errors that are our fault and belong into the log as such. */
export function isServerFault(error: unknown): boolean {
  return !(error instanceof TrunklineError) || errorRegistry[error.code].status === 500;
}

/** The best of our languages for an `Accept-Language` header (RFC 9110 §12.5.4); German unless English is preferred. */
export function languageOf(acceptLanguage: string | null | undefined): Language {
  let best: { language: Language; quality: number } | undefined;
  for (const part of (acceptLanguage ?? '').slice(0, 200).split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const language = tag.slice(0, 2);
    if (language !== 'de' && language !== 'en') continue;
    const q = parameters.map((text) => /^\s*q=([0-9.]+)\s*$/.exec(text)?.[1]).find(Boolean);
    const quality = q === undefined ? 1 : Number.parseFloat(q) || 0;
    if (!best || quality > best.quality) best = { language, quality };
  }
  return best?.language ?? 'de';
}
