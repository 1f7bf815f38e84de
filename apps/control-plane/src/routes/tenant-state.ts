import { createRoute } from '@hono/zod-openapi';
import {
  resumeTenant as resumeSchema,
  suspendTenant as suspendSchema,
  tenant,
} from '@trunkline/contracts/tenants.ts';
import { resumeTenant, suspendTenant } from '@trunkline/services/tenants/suspension.ts';
import { bodyOf } from '../http/verb-context.ts';
import { tagVersion } from '../http/versions.ts';
import { body, callers, createHeaders } from '../openapi/requests.ts';
import { acted, createProblems } from '../openapi/responses.ts';
import type { Routes } from './routes.ts';
import { tenantParams } from './tenants.ts';

const tags = ['Tenants'];

export function tenantStateRoutes({ app, guards, verbs }: Routes): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/tenants/{tenantId}/suspend',
      operationId: 'suspendTenant',
      summary: 'Suspend a tenant for a reason; several reasons stand side by side',
      tags,
      security: callers('tenants:write'),
      middleware: [...guards.caller('tenants:write'), guards.once(200)],
      request: { params: tenantParams, headers: createHeaders, body: body(suspendSchema) },
      responses: { 200: acted('The tenant', tenant), ...createProblems },
    }),
    async (c) => {
      const { tenantId } = c.req.valid('param');
      return c.json(tagVersion(c, await suspendTenant(verbs(c), tenantId, await bodyOf(c))), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/tenants/{tenantId}/resume',
      operationId: 'resumeTenant',
      summary: 'Take a reason back; without any left the tenant works again',
      tags,
      security: callers('tenants:write'),
      middleware: [...guards.caller('tenants:write'), guards.once(200)],
      request: { params: tenantParams, headers: createHeaders, body: body(resumeSchema) },
      responses: { 200: acted('The tenant', tenant), ...createProblems },
    }),
    async (c) => {
      const { tenantId } = c.req.valid('param');
      return c.json(tagVersion(c, await resumeTenant(verbs(c), tenantId, await bodyOf(c))), 200);
    },
  );
}
