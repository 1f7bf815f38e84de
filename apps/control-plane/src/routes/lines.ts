import { createRoute, z } from '@hono/zod-openapi';
import { idSchema } from '@trunkline/contracts/ids.ts';
import {
  createLine as createSchema,
  line,
  updateLine as updateSchema,
} from '@trunkline/contracts/lines.ts';
import { createLine } from '@trunkline/services/lines/create-line.ts';
import { deleteLine } from '@trunkline/services/lines/delete-line.ts';
import { getLine } from '@trunkline/services/lines/get-line.ts';
import { lineQuery, listLines } from '@trunkline/services/lines/list-lines.ts';
import { resetLine } from '@trunkline/services/lines/reset-line.ts';
import { updateLine } from '@trunkline/services/lines/update-line.ts';
import { bodyOf } from '../http/verb-context.ts';
import { ifMatchOf, tagCreated, tagVersion } from '../http/versions.ts';
import { callers, tenantCreateHeaders } from '../openapi/requests.ts';
import { acted, createProblems } from '../openapi/responses.ts';
import { resourceRoutes } from './resource-routes.ts';
import type { Routes } from './routes.ts';

const params = z.object({ lineId: idSchema('line') });
const tags = ['Lines'];

export function lineRoutes({ app, guards, verbs }: Routes): void {
  const routes = resourceRoutes(guards, {
    list: '/v1/lines',
    item: '/v1/lines/{lineId}',
    params,
    query: lineQuery,
    name: 'Line',
    names: 'Lines',
    tags,
    read: 'lines:read',
    write: 'lines:write',
    schema: line,
    create: createSchema,
    update: updateSchema,
    summaries: {
      list: 'Lines of the tenant with their states, in order of creation',
      create: 'Create a line; users with its number get it at once',
      get: 'One line',
      update: 'Change a line',
      delete: 'Delete a line',
    },
  });
  app.openapi(routes.list, async (c) => c.json(await listLines(verbs(c), c.req.query()), 200));
  app.openapi(routes.create, async (c) =>
    c.json(tagCreated(c, await createLine(verbs(c), await bodyOf(c))), 201),
  );
  app.openapi(routes.get, async (c) =>
    c.json(tagVersion(c, await getLine(verbs(c), c.req.valid('param').lineId)), 200),
  );
  app.openapi(routes.update, async (c) => {
    const { lineId } = c.req.valid('param');
    const changed = await updateLine(verbs(c), lineId, await bodyOf(c), ifMatchOf(c));
    return c.json(tagVersion(c, changed), 200);
  });
  app.openapi(routes.delete, async (c) => {
    await deleteLine(verbs(c), c.req.valid('param').lineId, ifMatchOf(c));
    return c.body(null, 204);
  });
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
