import { newId } from '@trunkline/contracts/ids.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import { languageOf } from '@trunkline/platform/problem-response.ts';
import { traceFrom, traceparentOf, withSpan } from '@trunkline/platform/telemetry.ts';
import { actorOf } from '@trunkline/services/core/context.ts';
import { routePath } from 'hono/route';
import type { Middleware, RequestContext } from './env.ts';

/**
 * Gives every request an id, a trace (continued from `traceparent`), a span and one log line that
 * holds ids only. The answer names both.
 */
export function logRequests(logger: Logger, clock: Clock): Middleware {
  return async (c, next) => {
    const startedAt = clock.monotonic();
    const requestId = newId('request');
    const trace = traceFrom(c.req.header('traceparent'));
    const log = logger.child({ traceId: trace.traceId, requestId });
    c.set('requestId', requestId);
    c.set('trace', trace);
    c.set('log', log);
    c.set('language', languageOf(c.req.header('accept-language')));
    const attributes = { 'http.request.method': c.req.method, 'trunkline.request_id': requestId };
    await withSpan('http.request', attributes, trace, async (span) => {
      await next();
      span.setAttribute('http.route', routeOf(c));
      span.setAttribute('http.response.status_code', c.res.status);
    });
    c.header('request-id', requestId);
    c.header('traceparent', traceparentOf(trace));
    c.header('vary', 'Accept-Language', { append: true });
    log.info({ ...whoAndWhat(c), ms: Math.round(clock.monotonic() - startedAt) }, 'request');
  };
}

/** The pattern of the route, never the path: a path may hold what a partner wrote. */
const routeOf = (c: RequestContext) => routePath(c, -1);

function whoAndWhat(c: RequestContext) {
  const principal = c.get('principal');
  return {
    method: c.req.method,
    route: routeOf(c),
    status: c.res.status,
    tenant: c.get('tenantId'),
    ...(principal && actorOf(principal)),
  };
}
