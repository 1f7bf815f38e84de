import { createRoute, z } from '@hono/zod-openapi';
import { idSchema } from '@trunkline/contracts/ids.ts';
import { pageOf, pageQuery } from '@trunkline/contracts/pages.ts';
import {
  createTenant as createSchema,
  tenant,
  updateTenant as updateSchema,
} from '@trunkline/contracts/tenants.ts';
import { createTenant } from '@trunkline/services/tenants/create-tenant.ts';
import { getTenant } from '@trunkline/services/tenants/get-tenant.ts';
import { listTenants } from '@trunkline/services/tenants/list-tenants.ts';
import { putTenantByReference } from '@trunkline/services/tenants/put-tenant-by-reference.ts';
import { updateTenant } from '@trunkline/services/tenants/update-tenant.ts';
import { bodyOf } from '../http/verb-context.ts';
import { ifMatchOf, tagCreated, tagVersion } from '../http/versions.ts';
import { body, callers, changeHeaders, createHeaders } from '../openapi/requests.ts';
import {
  changeProblems,
  created,
  createProblems,
  json,
  putProblems,
  readProblems,
  resource,
} from '../openapi/responses.ts';
import type { Routes } from './routes.ts';

export const tenantParams = z.object({ tenantId: idSchema('tenant') });
const tags = ['Tenants'];

export function tenantRoutes({ app, guards, verbs }: Routes): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/tenants',
      operationId: 'listTenants',
      summary: 'Tenants of the own subtree, in order of creation',
      tags,
      security: callers('tenants:read'),
      middleware: guards.caller('tenants:read'),
      request: { query: pageQuery },
      responses: { 200: json('A page of tenants', pageOf(tenant)), ...readProblems },
    }),
    async (c) => c.json(await listTenants(verbs(c), c.req.query()), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/tenants',
      operationId: 'createTenant',
      summary: 'Create a tenant with its first admin',
      tags,
      security: callers('tenants:write'),
      middleware: [...guards.caller('tenants:write'), guards.once(201)],
      request: { headers: createHeaders, body: body(createSchema) },
      responses: { 201: created('The tenant', tenant), ...createProblems },
    }),
    async (c) => c.json(tagCreated(c, await createTenant(verbs(c), await bodyOf(c))), 201),
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/v1/tenants/by-ref/{reference}',
      operationId: 'putTenantByReference',
      summary: 'Create or update the tenant with this reference of the partner’s',
      tags,
      security: callers('tenants:write'),
      middleware: guards.caller('tenants:write'),
      request: {
        params: z.object({ reference: z.string().meta({ example: 'customer-4711' }) }),
        body: body(createSchema),
      },
      responses: {
        200: resource('The tenant, brought to this record', tenant),
        201: resource('The tenant was created', tenant),
        ...putProblems,
      },
    }),
    async (c) => {
      const { reference } = c.req.valid('param');
      const result = await putTenantByReference(verbs(c), reference, await bodyOf(c));
      if (!result.created) return c.json(tagVersion(c, result.tenant), 200);
      c.header('location', `/v1/tenants/${result.tenant.id}`);
      return c.json(tagVersion(c, result.tenant), 201);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/tenants/{tenantId}',
      operationId: 'getTenant',
      summary: 'One tenant',
      tags,
      security: callers('tenants:read'),
      middleware: guards.caller('tenants:read'),
      request: { params: tenantParams },
      responses: { 200: resource('The tenant', tenant), ...readProblems },
    }),
    async (c) =>
      c.json(tagVersion(c, await getTenant(verbs(c), c.req.valid('param').tenantId)), 200),
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/v1/tenants/{tenantId}',
      operationId: 'updateTenant',
      summary: 'Change the record of a tenant',
      tags,
      security: callers('tenants:write'),
      middleware: guards.caller('tenants:write'),
      request: { params: tenantParams, headers: changeHeaders, body: body(updateSchema) },
      responses: { 200: resource('The tenant', tenant), ...changeProblems },
    }),
    async (c) => {
      const { tenantId } = c.req.valid('param');
      const changed = await updateTenant(verbs(c), tenantId, await bodyOf(c), ifMatchOf(c));
      return c.json(tagVersion(c, changed), 200);
    },
  );
}
