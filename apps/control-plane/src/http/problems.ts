import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { isServerFault, problemResponse } from '@trunkline/platform/problem-response.ts';
import { translateFailure } from '@trunkline/services/core/failures.ts';
import { HTTPException } from 'hono/http-exception';
import type { RequestContext } from './env.ts';

/** Turns whatever was thrown into a problem document (RFC 9457); what is our fault is logged. */
export function problemOnError(error: unknown, c: RequestContext): Response {
  const known = translateFailure(withoutFramework(error));
  if (isServerFault(known)) c.get('log').error({ err: known }, 'request failed');
  else if (known instanceof TrunklineError && known.code === 'unavailable')
    c.get('log').warn({ err: known.cause ?? known }, 'request could not be served now');
  return problem(known, c);
}

/** The framework's own exceptions are about bodies: not JSON, or not said to be. */
function withoutFramework(error: unknown): unknown {
  return error instanceof HTTPException && error.status < 500
    ? new TrunklineError('malformed_json', { cause: error })
    : error;
}

/** The problem document of an error in the caller's language. */
export function problem(error: unknown, c: RequestContext): Response {
  const context = { language: c.get('language'), traceId: c.get('trace').traceId };
  const response = problemResponse(error, context);
  // The rest of the body is not read: the connection is of no use any more (RFC 9110 §15.5.14).
  if (response.status === 413) response.headers.set('connection', 'close');
  return response;
}

export function notFound(c: RequestContext): Response {
  return problem(new TrunklineError('not_found'), c);
}

/** 405 with the methods this path has. */
export function methodNotAllowed(c: RequestContext, methods: readonly string[]): Response {
  const response = problem(new TrunklineError('method_not_allowed'), c);
  response.headers.set('allow', methods.join(', '));
  return response;
}
