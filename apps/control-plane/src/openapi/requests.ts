import { z } from '@hono/zod-openapi';
import type { Scope } from '@trunkline/contracts/scopes.ts';

/** The body of a request: required JSON. */
export function body<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } };
}

/** The body of a request: a CSV file. */
export const csvBody = {
  required: true,
  content: {
    'text/csv': {
      schema: z.string().meta({ format: 'binary', description: 'UTF-8 or Windows-1252' }),
    },
  },
};

const tenant = {
  'Trunkline-Tenant': z.string().max(64).optional().meta({
    description: 'The tenant to work in: required with a partner key, else taken from the token.',
    example: 'ten_01jd3zq7w4e6v8t0n5m2k9h3xa',
  }),
};
const idempotencyKey = {
  'Idempotency-Key': z.string().max(255).meta({
    description: 'Unique per intended change; the same request again gets the same reply (7 days).',
  }),
};
const ifMatch = {
  'If-Match': z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'The ETag the change is based on; another version answers 412.' }),
};

/** Headers of routes by kind. */
export const tenantHeaders = z.object(tenant);
export const tenantCreateHeaders = z.object({ ...tenant, ...idempotencyKey });
export const tenantChangeHeaders = z.object({ ...tenant, ...ifMatch });
export const createHeaders = z.object(idempotencyKey);
export const changeHeaders = z.object(ifMatch);

/** Who may call: both kinds of bearer token, with this scope. */
export const callers = (scope: Scope) => [{ bearer: [scope] }, { apiKey: [scope] }];
