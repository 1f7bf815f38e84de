import { createRoute, z } from '@hono/zod-openapi';
import { callLimits } from '@trunkline/contracts/call-limits.ts';
import { callHandling } from '@trunkline/contracts/forwarding.ts';
import { idSchema } from '@trunkline/contracts/ids.ts';
import { getLineCallHandling } from '@trunkline/services/call-handling/get-line-call-handling.ts';
import { putLineCallHandling } from '@trunkline/services/call-handling/put-line-call-handling.ts';
import { getCallLimits } from '@trunkline/services/limits/get-call-limits.ts';
import { putCallLimits } from '@trunkline/services/limits/put-call-limits.ts';
import { bodyOf } from '../http/verb-context.ts';
import { body, callers, tenantHeaders } from '../openapi/requests.ts';
import { json, putProblems, readProblems } from '../openapi/responses.ts';
import type { Routes } from './routes.ts';

const params = z.object({ lineId: idSchema('line') });

/** What happens to calls: on a line, and beyond which bounds a tenant calls nobody. */
export function callHandlingRoutes({ app, guards, verbs }: Routes): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/lines/{lineId}/call-handling',
      operationId: 'getLineCallHandling',
      summary: 'Do not disturb and forwarding of a line',
      tags: ['Lines'],
      security: callers('lines:read'),
      middleware: guards.inTenant('lines:read'),
      request: { params, headers: tenantHeaders },
      responses: { 200: json('As it is now', callHandling), ...readProblems },
    }),
    async (c) => c.json(await getLineCallHandling(verbs(c), c.req.valid('param').lineId), 200),
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/v1/lines/{lineId}/call-handling',
      operationId: 'putLineCallHandling',
      summary: "Set do not disturb and forwarding of a line in its user's place",
      tags: ['Lines'],
      security: callers('lines:write'),
      middleware: guards.inTenant('lines:write'),
      request: { params, headers: tenantHeaders, body: body(callHandling) },
      responses: { 200: json('As it is now', callHandling), ...putProblems },
    }),
    async (c) => {
      const { lineId } = c.req.valid('param');
      return c.json(await putLineCallHandling(verbs(c), lineId, await bodyOf(c)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/call-limits',
      operationId: 'getCallLimits',
      summary: 'The toll-fraud floor of the tenant',
      tags: ['Calls'],
      security: callers('calls:read'),
      middleware: guards.inTenant('calls:read'),
      request: { headers: tenantHeaders },
      responses: { 200: json('As it is now', callLimits), ...readProblems },
    }),
    async (c) => c.json(await getCallLimits(verbs(c)), 200),
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/v1/call-limits',
      operationId: 'putCallLimits',
      summary: 'Replace the toll-fraud floor; emergency numbers pass in any case',
      tags: ['Calls'],
      security: callers('calls:write'),
      middleware: guards.inTenant('calls:write'),
      request: { headers: tenantHeaders, body: body(callLimits) },
      responses: { 200: json('As it is now', callLimits), ...putProblems },
    }),
    async (c) => c.json(await putCallLimits(verbs(c), await bodyOf(c)), 200),
  );
}
