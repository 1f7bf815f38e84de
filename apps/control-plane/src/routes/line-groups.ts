import { createRoute, z } from '@hono/zod-openapi';
import { idSchema } from '@trunkline/contracts/ids.ts';
import {
  createLineGroup as createSchema,
  lineGroup,
  updateLineGroup as updateSchema,
} from '@trunkline/contracts/lines.ts';
import { groupListener } from '@trunkline/contracts/listeners.ts';
import { pageOf, pageQuery } from '@trunkline/contracts/pages.ts';
import { createLineGroup } from '@trunkline/services/line-groups/create-line-group.ts';
import { deleteLineGroup } from '@trunkline/services/line-groups/delete-line-group.ts';
import { getLineGroup } from '@trunkline/services/line-groups/get-line-group.ts';
import { getListener } from '@trunkline/services/line-groups/get-listener.ts';
import { listLineGroups } from '@trunkline/services/line-groups/list-line-groups.ts';
import { updateLineGroup } from '@trunkline/services/line-groups/update-line-group.ts';
import { bodyOf } from '../http/verb-context.ts';
import { ifMatchOf, tagCreated, tagVersion } from '../http/versions.ts';
import {
  body,
  callers,
  tenantChangeHeaders,
  tenantCreateHeaders,
  tenantHeaders,
} from '../openapi/requests.ts';
import {
  changeProblems,
  created,
  createProblems,
  deleteProblems,
  json,
  readProblems,
  resource,
} from '../openapi/responses.ts';
import type { Routes } from './routes.ts';

const params = z.object({ lineGroupId: idSchema('lineGroup') });
const tags = ['Line groups'];

export function lineGroupRoutes({ app, guards, verbs }: Routes): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/line-groups',
      operationId: 'listLineGroups',
      summary: 'Line groups of the tenant, in order of creation',
      tags,
      security: callers('lines:read'),
      middleware: guards.inTenant('lines:read'),
      request: { headers: tenantHeaders, query: pageQuery },
      responses: { 200: json('A page', pageOf(lineGroup)), ...readProblems },
    }),
    async (c) => c.json(await listLineGroups(verbs(c), c.req.query()), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/line-groups',
      operationId: 'createLineGroup',
      summary: 'Create a line group; a media node takes it',
      tags,
      security: callers('lines:write'),
      middleware: [...guards.inTenant('lines:write'), guards.once(201)],
      request: { headers: tenantCreateHeaders, body: body(createSchema) },
      responses: { 201: created('What was created', lineGroup), ...createProblems },
    }),
    async (c) => c.json(tagCreated(c, await createLineGroup(verbs(c), await bodyOf(c))), 201),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/line-groups/{lineGroupId}',
      operationId: 'getLineGroup',
      summary: 'One line group',
      tags,
      security: callers('lines:read'),
      middleware: guards.inTenant('lines:read'),
      request: { params, headers: tenantHeaders },
      responses: { 200: resource('As it is now', lineGroup), ...readProblems },
    }),
    async (c) =>
      c.json(tagVersion(c, await getLineGroup(verbs(c), c.req.valid('param').lineGroupId)), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/line-groups/{lineGroupId}/listener',
      operationId: 'getLineGroupListener',
      summary: 'Our address, ports and certificate, for the telephone system and its firewall',
      tags,
      security: callers('lines:read'),
      middleware: guards.inTenant('lines:read'),
      request: { params, headers: tenantHeaders },
      responses: { 200: json('As the media node told', groupListener), ...readProblems },
    }),
    async (c) => c.json(await getListener(verbs(c), c.req.valid('param').lineGroupId), 200),
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/v1/line-groups/{lineGroupId}',
      operationId: 'updateLineGroup',
      summary: 'Change a line group',
      tags,
      security: callers('lines:write'),
      middleware: guards.inTenant('lines:write'),
      request: { params, headers: tenantChangeHeaders, body: body(updateSchema) },
      responses: { 200: resource('As it is now', lineGroup), ...changeProblems },
    }),
    async (c) => {
      const { lineGroupId } = c.req.valid('param');
      const changed = await updateLineGroup(verbs(c), lineGroupId, await bodyOf(c), ifMatchOf(c));
      return c.json(tagVersion(c, changed), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/line-groups/{lineGroupId}',
      operationId: 'deleteLineGroup',
      summary: 'Delete a line group',
      tags,
      security: callers('lines:write'),
      middleware: guards.inTenant('lines:write'),
      request: { params, headers: tenantChangeHeaders },
      responses: { 204: { description: 'Deleted' }, ...deleteProblems },
    }),
    async (c) => {
      await deleteLineGroup(verbs(c), c.req.valid('param').lineGroupId, ifMatchOf(c));
      return c.body(null, 204);
    },
  );
}
