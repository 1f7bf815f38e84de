import { createRoute, z } from '@hono/zod-openapi';
import { idSchema } from '@trunkline/contracts/ids.ts';
import {
  createLineGroup as createSchema,
  lineGroup,
  updateLineGroup as updateSchema,
} from '@trunkline/contracts/lines.ts';
import { groupListener } from '@trunkline/contracts/listeners.ts';
import { pageQuery } from '@trunkline/contracts/pages.ts';
import { createLineGroup } from '@trunkline/services/line-groups/create-line-group.ts';
import { deleteLineGroup } from '@trunkline/services/line-groups/delete-line-group.ts';
import { getLineGroup } from '@trunkline/services/line-groups/get-line-group.ts';
import { getListener } from '@trunkline/services/line-groups/get-listener.ts';
import { listLineGroups } from '@trunkline/services/line-groups/list-line-groups.ts';
import { updateLineGroup } from '@trunkline/services/line-groups/update-line-group.ts';
import { bodyOf } from '../http/verb-context.ts';
import { ifMatchOf, tagCreated, tagVersion } from '../http/versions.ts';
import { callers, tenantHeaders } from '../openapi/requests.ts';
import { json, readProblems } from '../openapi/responses.ts';
import { resourceRoutes } from './resource-routes.ts';
import type { Routes } from './routes.ts';

const params = z.object({ lineGroupId: idSchema('lineGroup') });
const tags = ['Line groups'];

export function lineGroupRoutes({ app, guards, verbs }: Routes): void {
  const routes = resourceRoutes(guards, {
    list: '/v1/line-groups',
    item: '/v1/line-groups/{lineGroupId}',
    params,
    query: pageQuery,
    name: 'LineGroup',
    names: 'LineGroups',
    tags,
    read: 'lines:read',
    write: 'lines:write',
    schema: lineGroup,
    create: createSchema,
    update: updateSchema,
    summaries: {
      list: 'Line groups of the tenant, in order of creation',
      create: 'Create a line group; a media node takes it',
      get: 'One line group',
      update: 'Change a line group',
      delete: 'Delete a line group',
    },
  });
  app.openapi(routes.list, async (c) => c.json(await listLineGroups(verbs(c), c.req.query()), 200));
  app.openapi(routes.create, async (c) =>
    c.json(tagCreated(c, await createLineGroup(verbs(c), await bodyOf(c))), 201),
  );
  app.openapi(routes.get, async (c) =>
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
  app.openapi(routes.update, async (c) => {
    const { lineGroupId } = c.req.valid('param');
    const changed = await updateLineGroup(verbs(c), lineGroupId, await bodyOf(c), ifMatchOf(c));
    return c.json(tagVersion(c, changed), 200);
  });
  app.openapi(routes.delete, async (c) => {
    await deleteLineGroup(verbs(c), c.req.valid('param').lineGroupId, ifMatchOf(c));
    return c.body(null, 204);
  });
}
