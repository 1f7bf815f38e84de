import { createRoute, z } from '@hono/zod-openapi';
import { idSchema } from '@trunkline/contracts/ids.ts';
import { pageQuery } from '@trunkline/contracts/pages.ts';
import {
  createUser as createSchema,
  setPassword as passwordSchema,
  updateUser as updateSchema,
  user,
} from '@trunkline/contracts/users.ts';
import { createUser } from '@trunkline/services/users/create-user.ts';
import { deleteUser } from '@trunkline/services/users/delete-user.ts';
import { getUser } from '@trunkline/services/users/get-user.ts';
import { listUsers } from '@trunkline/services/users/list-users.ts';
import { setPassword } from '@trunkline/services/users/set-password.ts';
import { updateUser } from '@trunkline/services/users/update-user.ts';
import { bodyOf } from '../http/verb-context.ts';
import { ifMatchOf, tagCreated, tagVersion } from '../http/versions.ts';
import { body, callers, tenantHeaders } from '../openapi/requests.ts';
import { putProblems } from '../openapi/responses.ts';
import { resourceRoutes } from './resource-routes.ts';
import type { Routes } from './routes.ts';

const params = z.object({ userId: idSchema('user') });
const tags = ['Users'];

export function userRoutes({ app, guards, verbs }: Routes): void {
  const routes = resourceRoutes(guards, {
    list: '/v1/users',
    item: '/v1/users/{userId}',
    params,
    query: pageQuery,
    name: 'User',
    names: 'Users',
    tags,
    read: 'users:read',
    write: 'users:write',
    schema: user,
    create: createSchema,
    update: updateSchema,
    summaries: {
      list: 'Users of the tenant, in order of creation',
      create: 'Create a user; lines with one of the numbers are bound at once',
      get: 'One user',
      update: 'Change a user',
      delete: 'Delete a user',
    },
  });
  app.openapi(routes.list, async (c) => c.json(await listUsers(verbs(c), c.req.query()), 200));
  app.openapi(routes.create, async (c) =>
    c.json(tagCreated(c, await createUser(verbs(c), await bodyOf(c))), 201),
  );
  app.openapi(routes.get, async (c) =>
    c.json(tagVersion(c, await getUser(verbs(c), c.req.valid('param').userId)), 200),
  );
  app.openapi(routes.update, async (c) => {
    const { userId } = c.req.valid('param');
    const changed = await updateUser(verbs(c), userId, await bodyOf(c), ifMatchOf(c));
    return c.json(tagVersion(c, changed), 200);
  });
  app.openapi(routes.delete, async (c) => {
    await deleteUser(verbs(c), c.req.valid('param').userId, ifMatchOf(c));
    return c.body(null, 204);
  });
  app.openapi(
    createRoute({
      method: 'put',
      path: '/v1/users/{userId}/password',
      operationId: 'setPassword',
      summary: 'Set the UC password; the user’s sessions end',
      tags,
      security: callers('users:write'),
      middleware: guards.inTenant('users:write'),
      request: { params, headers: tenantHeaders, body: body(passwordSchema) },
      responses: { 204: { description: 'Set' }, ...putProblems },
    }),
    async (c) => {
      await setPassword(verbs(c), c.req.valid('param').userId, await bodyOf(c));
      return c.body(null, 204);
    },
  );
}
