import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { callHandling } from '@trunkline/contracts/forwarding.ts';
import { isId, type LineId } from '@trunkline/contracts/ids.ts';
import { getCallHandling } from '@trunkline/services/me/get-call-handling.ts';
import { putCallHandling } from '@trunkline/services/me/put-call-handling.ts';
import type { EdgeEnv } from '../http/context.ts';
import type { Hub } from '../hub/hub.ts';
import { commonProblems, notFoundProblem } from './problems.ts';
import type { VerbContext } from './verb-context.ts';

const path = '/v1/me/lines/{lineId}/call-handling';
const params = z.object({ lineId: z.string().max(64) });
const json = { 'application/json': { schema: callHandling } };

const getRoute = createRoute({
  method: 'get',
  path,
  operationId: 'getOwnCallHandling',
  summary: 'Do not disturb and forwarding of an own line',
  request: { params },
  responses: {
    200: { description: 'What happens to calls', content: json },
    ...commonProblems,
    ...notFoundProblem,
  },
});

const putRoute = createRoute({
  method: 'put',
  path,
  operationId: 'putOwnCallHandling',
  summary: 'Set do not disturb and forwarding of an own line',
  request: { params, body: { required: true, content: json } },
  responses: {
    200: { description: 'What happens to calls from now on', content: json },
    ...commonProblems,
    ...notFoundProblem,
  },
});

/** What is no id of ours cannot be told from one of somebody else. */
function lineIdOf(text: string): LineId {
  if (!isId('line', text)) throw new TrunklineError('not_found');
  return text;
}

/** The user's own do not disturb and forwarding, line by line (LIN-062, LIN-063). */
export function callHandlingRoutes(
  app: OpenAPIHono<EdgeEnv>,
  verbContext: VerbContext,
  hub: Hub,
): void {
  app.openapi(getRoute, async (c) => {
    const lineId = lineIdOf(c.req.valid('param').lineId);
    const ctx = verbContext(c.get('claims'), { logger: c.get('logger'), trace: c.get('trace') });
    return c.json(await getCallHandling(ctx, lineId), 200);
  });
  app.openapi(putRoute, async (c) => {
    const lineId = lineIdOf(c.req.valid('param').lineId);
    const ctx = verbContext(c.get('claims'), { logger: c.get('logger'), trace: c.get('trace') });
    const saved = await putCallHandling(ctx, lineId, c.req.valid('json'));
    const { tid, sub } = c.get('claims');
    hub.ownChanged({ tenant: tid, userId: sub });
    return c.json(saved, 200);
  });
}
