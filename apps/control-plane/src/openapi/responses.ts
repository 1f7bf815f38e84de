import { z } from '@hono/zod-openapi';
import { type ErrorCode, errorRegistry } from '@trunkline/contracts/errors.ts';

/** RFC 9457 document; its codes are the registry's. */
export const problemDocument = z
  .object({
    type: z.string().meta({ example: 'urn:trunkline:error:not_found' }),
    code: z.string().meta({ example: 'not_found', description: 'Stable; see the error registry.' }),
    title: z.string().meta({ description: 'In the language of Accept-Language (de, en).' }),
    status: z.int(),
    detail: z.string().optional(),
    traceId: z.string().optional(),
    errors: z
      .array(z.object({ pointer: z.string(), message: z.string(), code: z.string().optional() }))
      .optional()
      .meta({ description: 'JSON pointer of each wrong field, and what is wrong with it.' }),
    scope: z.string().optional().meta({ description: 'The scope the caller lacks.' }),
  })
  .meta({ id: 'Problem' });

const problemStatuses = [400, 401, 403, 404, 409, 412, 413, 422, 429, 500, 503] as const;
type ProblemStatus = (typeof problemStatuses)[number];

/** Codes this API can answer; the registry's others travel in realtime frames. */
const codes = [
  'invalid_request',
  'malformed_json',
  'file_unreadable',
  'idempotency_key_missing',
  'tenant_header_missing',
  'unauthenticated',
  'invalid_credentials',
  'session_expired',
  'missing_scope',
  'function_off',
  'tenant_suspended',
  'origin_not_allowed',
  'not_found',
  'domain_taken',
  'alias_taken',
  'already_exists',
  'still_in_use',
  'illegal_transition',
  'capture_running',
  'last_owner',
  'idempotency_in_progress',
  'precondition_failed',
  'payload_too_large',
  'idempotency_key_reused',
  'rate_limited',
  'internal',
  'unavailable',
] as const satisfies ErrorCode[];

const meanings: Readonly<Record<ProblemStatus, string>> = {
  400: 'The request contains invalid data',
  401: 'Not signed in, or the key is unknown, expired or revoked',
  403: 'A scope is missing, or the tenant is suspended',
  404: 'There is no such thing for this caller',
  409: 'The request contradicts what is there',
  412: 'Somebody changed it in the meantime',
  413: 'The request is too large',
  422: 'The Idempotency-Key was used for another request',
  429: 'Too many requests',
  500: 'A fault of ours',
  503: 'Not reachable now; try again',
};

const retryAfter = {
  'Retry-After': { schema: { type: 'integer' as const }, description: 'Seconds' },
};

function problemOf(status: ProblemStatus) {
  const here = codes.filter((code) => errorRegistry[code].status === status);
  return {
    description: `${meanings[status]} (${here.join(', ')}).`,
    content: { 'application/problem+json': { schema: problemDocument } },
    ...([409, 429, 503].includes(status) && { headers: retryAfter }),
  };
}

/** Problem answers of a route by status. */
function problems<const S extends readonly ProblemStatus[]>(...statuses: S) {
  return Object.fromEntries(statuses.map((status) => [status, problemOf(status)])) as {
    [K in S[number]]: ReturnType<typeof problemOf>;
  };
}

/** What routes of a kind can answer besides success. */
export const readProblems = problems(400, 401, 403, 404, 429, 500, 503);
export const createProblems = problems(400, 401, 403, 404, 409, 413, 422, 429, 500, 503);
export const changeProblems = problems(400, 401, 403, 404, 409, 412, 413, 429, 500, 503);
export const putProblems = problems(400, 401, 403, 404, 409, 413, 429, 500, 503);
export const deleteProblems = problems(400, 401, 403, 404, 409, 412, 429, 500, 503);
export const signInProblems = problems(400, 401, 403, 413, 429, 500, 503);

const etag = { ETag: { schema: { type: 'string' as const }, description: 'Version' } };
const location = { Location: { schema: { type: 'string' as const }, description: 'Address' } };
const replayed = {
  'Idempotent-Replayed': {
    schema: { type: 'string' as const, enum: ['true'] },
    description: 'The stored reply of an earlier request with this key',
  },
};

/** A JSON answer without version. */
export function json<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { 'application/json': { schema } } };
}

/** A file to keep. */
export function file<const T extends string>(description: string, type: T) {
  return {
    description,
    content: { [type]: { schema: z.string().meta({ format: 'binary' }) } } as Record<
      T,
      { schema: z.ZodString }
    >,
    headers: {
      'Content-Disposition': { schema: { type: 'string' as const }, description: 'File name' },
    },
  };
}

/** A resource with its version. */
export function resource<S extends z.ZodType>(description: string, schema: S) {
  return { ...json(description, schema), headers: etag };
}

/** The resource a POST to its list made. */
export function created<S extends z.ZodType>(description: string, schema: S) {
  return { ...json(description, schema), headers: { ...etag, ...location, ...replayed } };
}

/** The resource an idempotent POST acted on. */
export function acted<S extends z.ZodType>(description: string, schema: S) {
  return { ...json(description, schema), headers: { ...etag, ...replayed } };
}
