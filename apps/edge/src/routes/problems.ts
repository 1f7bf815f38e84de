import { z } from '@hono/zod-openapi';

const problem = z
  .object({
    type: z.string(),
    code: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    traceId: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
    scope: z.string().optional(),
  })
  .openapi('Problem');

const content = { 'application/problem+json': { schema: problem } };

/** What every route of the client API can answer besides its own. */
export const commonProblems = {
  400: { description: 'The request contains invalid data.', content },
  401: { description: 'Not signed in.', content },
  403: { description: 'The permission is missing, or the tenant is suspended.', content },
  429: { description: 'Too many requests.', content },
  503: { description: 'Try again shortly.', content },
} as const;

export const notFoundProblem = {
  404: { description: 'There is no such thing for this user.', content },
} as const;
