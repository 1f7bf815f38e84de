import { createRoute, z } from '@hono/zod-openapi';
import { idSchema } from '@trunkline/contracts/ids.ts';
import {
  createLine as createSchema,
  line,
  updateLine as updateSchema,
} from '@trunkline/contracts/lines.ts';
import { pageOf } from '@trunkline/contracts/pages.ts';
import { createLine } from '@trunkline/services/lines/create-line.ts';
import { deleteLine } from '@trunkline/services/lines/delete-line.ts';
import { getLine } from '@trunkline/services/lines/get-line.ts';
import { lineQuery, listLines } from '@trunkline/services/lines/list-lines.ts';
import { resetLine } from '@trunkline/services/lines/reset-line.ts';
import { updateLine } from '@trunkline/services/lines/update-line.ts';
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
  acted,
  changeProblems,
  created,
  createProblems,
  deleteProblems,
  json,
  readProblems,
  resource,
} from '../openapi/responses.ts';
import type { Routes } from './routes.ts';

const params = z.object({ lineId: idSchema('line') });
const tags = ['Lines'];

export function lineRoutes({ app, guards, verbs }: Routes): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/lines',
      operationId: 'listLines',
      summary: 'Lines of the tenant with their states, in order of creation',
      tags,
      security: callers('lines:read'),
      middleware: guards.inTenant('lines:read'),
      request: { headers: tenantHeaders, query: lineQuery },
      responses: { 200: json('A page', pageOf(line)), ...readProblems },
    }),
    async (c) => c.json(await listLines(verbs(c), c.req.query()), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/lines',
      operationId: 'createLine',
      summary: 'Create a line; users with its number get it at once',
      tags,
      security: callers('lines:write'),
      middleware: [...guards.inTenant('lines:write'), guards.once(201)],
      request: { headers: tenantCreateHeaders, body: body(createSchema) },
      responses: { 201: created('What was created', line), ...createProblems },
    }),
    async (c) => c.json(tagCreated(c, await createLine(verbs(c), await bodyOf(c))), 201),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/lines/{lineId}',
      operationId: 'getLine',
      summary: 'One line',
      tags,
      security: callers('lines:read'),
      middleware: guards.inTenant('lines:read'),
      request: { params, headers: tenantHeaders },
      responses: { 200: resource('As it is now', line), ...readProblems },
    }),
    async (c) => c.json(tagVersion(c, await getLine(verbs(c), c.req.valid('param').lineId)), 200),
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/v1/lines/{lineId}',
      operationId: 'updateLine',
      summary: 'Change a line',
      tags,
      security: callers('lines:write'),
      middleware: guards.inTenant('lines:write'),
      request: { params, headers: tenantChangeHeaders, body: body(updateSchema) },
      responses: { 200: resource('As it is now', line), ...changeProblems },
    }),
    async (c) => {
      const { lineId } = c.req.valid('param');
      const changed = await updateLine(verbs(c), lineId, await bodyOf(c), ifMatchOf(c));
      return c.json(tagVersion(c, changed), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/lines/{lineId}',
      operationId: 'deleteLine',
      summary: 'Delete a line',
      tags,
      security: callers('lines:write'),
      middleware: guards.inTenant('lines:write'),
      request: { params, headers: tenantChangeHeaders },
      responses: { 204: { description: 'Deleted' }, ...deleteProblems },
    }),
    async (c) => {
      await deleteLine(verbs(c), c.req.valid('param').lineId, ifMatchOf(c));
      return c.body(null, 204);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/lines/{lineId}/reset',
      operationId: 'resetLine',
      summary: 'Register the line afresh; running calls survive',
      tags,
      security: callers('lines:write'),
      middleware: [...guards.inTenant('lines:write'), guards.once(200)],
      request: { params, headers: tenantCreateHeaders },
      responses: { 200: acted('The line', line), ...createProblems },
    }),
    async (c) => c.json(tagVersion(c, await resetLine(verbs(c), c.req.valid('param').lineId)), 200),
  );
}
