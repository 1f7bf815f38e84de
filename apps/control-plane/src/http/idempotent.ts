import { errorRegistry, TrunklineError } from '@trunkline/contracts/errors.ts';
import { sha256OfBytes } from '@trunkline/platform/bytes.ts';
import { actorOf, type Platform } from '@trunkline/services/core/context.ts';
import {
  abandonIdempotent,
  beginIdempotent,
  keepRefusal,
} from '@trunkline/services/idempotency/idempotency.ts';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Middleware, RequestContext } from './env.ts';
import { etagOfBody, locationOf } from './versions.ts';

export const idempotencyHeader = 'Idempotency-Key';
/** Printable ASCII, as the header draft of the IETF has it, without its quotes. */
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * Makes a POST safe to repeat (PLT-051): the first one's reply is kept for seven days and given
 * again, marked `Idempotent-Replayed: true`. The verb stores its reply in its own transaction; a
 * refusal is kept here; after a failure of ours the key is free again.
 * @param status of the reply when the verb succeeds
 */
export function idempotent(
  platform: Pick<Platform, 'db' | 'clock'>,
  status: 200 | 201,
): Middleware {
  return async (c, next) => {
    const start = await beginIdempotent(platform, await requestOf(c));
    if (start.kind === 'replay') return replay(c, start.status, start.body);
    c.set('idempotency', { id: start.id, status });
    await next();
    const { error } = c;
    if (!error) return;
    if (isRefusal(error))
      await keepRefusal(platform, start.id, c.res.status, await c.res.clone().json());
    else if (!isTwin(error)) await abandonIdempotent(platform, start.id);
  };
}

async function requestOf(c: RequestContext) {
  const key = c.req.header(idempotencyHeader);
  if (key === undefined) throw new TrunklineError('idempotency_key_missing');
  if (!keyPattern.test(key))
    throw new TrunklineError('invalid_request', {
      errors: [{ pointer: '', message: `${idempotencyHeader}: 1 to 255 printable characters` }],
    });
  const principal = c.get('principal');
  if (!principal) throw new TrunklineError('unauthenticated');
  const { actorKind, actorId } = actorOf(principal);
  return {
    // A partner's key in two tenants is two callers.
    caller: [actorKind, actorId, c.get('tenantId') ?? ''].join(' '),
    key,
    method: c.req.method,
    path: c.req.path,
    // Bytes, not text: a file need not be UTF-8.
    bodyHash: await sha256OfBytes(await c.req.arrayBuffer()),
  };
}

/** What the request itself is to blame for; it would be refused again. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof TrunklineError)) return false;
  const { status } = errorRegistry[error.code];
  return status < 500 && status !== 429 && !isTwin(error);
}

/** The same request, begun twice, was finished by the other one. */
const isTwin = (error: unknown) =>
  error instanceof TrunklineError && error.code === 'idempotency_in_progress';

function replay(c: RequestContext, status: number, body: unknown): Response {
  const headers: Record<string, string> = {
    'idempotent-replayed': 'true',
    ...(status >= 400 && { 'content-type': 'application/problem+json' }),
  };
  const [etag, location] = [etagOfBody(body), status === 201 ? locationOf(c, body) : undefined];
  if (etag) headers.etag = etag;
  if (location) headers.location = location;
  return c.json(body as object, status as ContentfulStatusCode, headers);
}
