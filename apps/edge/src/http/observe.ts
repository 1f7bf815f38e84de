import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import {
  isServerFault,
  languageOf,
  problemResponse,
} from '@trunkline/platform/problem-response.ts';
import { traceFrom, withSpan } from '@trunkline/platform/telemetry.ts';
import type { Context, MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { EdgeEnv } from './context.ts';

/** Gives every request a trace, a span, a log line and an answer that names the trace. */
export function observe(logger: Logger, clock: Clock): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const trace = traceFrom(c.req.header('traceparent'));
    const log = logger.child({ traceId: trace.traceId });
    c.set('trace', trace);
    c.set('logger', log);
    const startedAt = clock.monotonic();
    await withSpan('http.request', { 'http.request.method': c.req.method }, trace, () => next());
    c.header('trace-id', trace.traceId);
    log.debug(
      {
        method: c.req.method,
        path: c.req.path,
        status: c.res.status,
        ms: Math.round(clock.monotonic() - startedAt),
      },
      'request',
    );
  };
}

/** Turns whatever a route threw into a problem document; logs what is our fault. */
export function problemOnError(error: unknown, c: Context<EdgeEnv>): Response {
  const known = error instanceof HTTPException ? new TrunklineError('malformed_json') : error;
  if (isServerFault(known)) c.get('logger').error({ err: error }, 'request failed');
  const language = languageOf(c.req.header('accept-language'));
  return problemResponse(known, { language, traceId: c.get('trace').traceId });
}
