import { createRoute, z } from '@hono/zod-openapi';
import { alert, alertQuery } from '@trunkline/contracts/alerts.ts';
import { callRecord, callRecordQuery, callTimeline } from '@trunkline/contracts/call-records.ts';
import { idSchema } from '@trunkline/contracts/ids.ts';
import { pageOf } from '@trunkline/contracts/pages.ts';
import { listAlerts } from '@trunkline/services/alerts/list-alerts.ts';
import { resolveAlert } from '@trunkline/services/alerts/resolve-alert.ts';
import { getCall } from '@trunkline/services/calls/get-call.ts';
import { listCalls } from '@trunkline/services/calls/list-calls.ts';
import { callers, tenantCreateHeaders, tenantHeaders } from '../openapi/requests.ts';
import { acted, createProblems, json, readProblems } from '../openapi/responses.ts';
import type { Routes } from './routes.ts';

const tags = ['Calls'];

/** The flight recorder and what it warns of. */
export function callRoutes({ app, guards, verbs }: Routes): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/calls',
      operationId: 'listCalls',
      summary: 'Calls of the tenant, newest first; a filtered page may be short and still go on',
      tags,
      security: callers('calls:read'),
      middleware: guards.inTenant('calls:read'),
      request: { headers: tenantHeaders, query: callRecordQuery },
      responses: { 200: json('A page', pageOf(callRecord)), ...readProblems },
    }),
    async (c) => c.json(await listCalls(verbs(c), c.req.query()), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/calls/{callId}',
      operationId: 'getCall',
      summary: 'One call with its timeline; reading it is noted in the audit',
      tags,
      security: callers('calls:read'),
      middleware: guards.inTenant('calls:read'),
      request: { params: z.object({ callId: idSchema('call') }), headers: tenantHeaders },
      responses: { 200: json('The call', callTimeline), ...readProblems },
    }),
    async (c) => c.json(await getCall(verbs(c), c.req.valid('param').callId), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/alerts',
      operationId: 'listAlerts',
      summary: 'What the tenant is warned of, newest first',
      tags,
      security: callers('calls:read'),
      middleware: guards.inTenant('calls:read'),
      request: { headers: tenantHeaders, query: alertQuery },
      responses: { 200: json('A page', pageOf(alert)), ...readProblems },
    }),
    async (c) => c.json(await listAlerts(verbs(c), c.req.query()), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/alerts/{alertId}/resolve',
      operationId: 'resolveAlert',
      summary: 'Mark an alert as dealt with',
      tags,
      security: callers('calls:write'),
      middleware: [...guards.inTenant('calls:write'), guards.once(200)],
      request: { params: z.object({ alertId: idSchema('alert') }), headers: tenantCreateHeaders },
      responses: { 200: acted('The alert', alert), ...createProblems },
    }),
    async (c) => c.json(await resolveAlert(verbs(c), c.req.valid('param').alertId), 200),
  );
}
