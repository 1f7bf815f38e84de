import { createRoute, z } from '@hono/zod-openapi';
import { idSchema } from '@trunkline/contracts/ids.ts';
import { pageOf, pageQuery } from '@trunkline/contracts/pages.ts';
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
  putProblems,
  readProblems,
  resource,
} from '../openapi/responses.ts';
import type { Routes } from './routes.ts';

const params = z.object({ userId: idSchema('user') });
const tags = ['Users'];

export function userRoutes({ app, guards, verbs }: Routes): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/users',
      operationId: 'listUsers',
      summary: 'Users of the tenant, in order of creation',
      tags,
      security: callers('users:read'),
      middleware: guards.inTenant('users:read'),
      request: { headers: tenantHeaders, query: pageQuery },
      responses: { 200: json('A page', pageOf(user)), ...readProblems },
    }),
    async (c) => c.json(await listUsers(verbs(c), c.req.query()), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/users',
      operationId: 'createUser',
      summary: 'Create a user; lines with one of the numbers are bound at once',
      tags,
      security: callers('users:write'),
      middleware: [...guards.inTenant('users:write'), guards.once(201)],
      request: { headers: tenantCreateHeaders, body: body(createSchema) },
      responses: { 201: created('What was created', user), ...createProblems },
    }),
    async (c) => c.json(tagCreated(c, await createUser(verbs(c), await bodyOf(c))), 201),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/users/{userId}',
      operationId: 'getUser',
      summary: 'One user',
      tags,
      security: callers('users:read'),
      middleware: guards.inTenant('users:read'),
      request: { params, headers: tenantHeaders },
      responses: { 200: resource('As it is now', user), ...readProblems },
    }),
    async (c) => c.json(tagVersion(c, await getUser(verbs(c), c.req.valid('param').userId)), 200),
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/v1/users/{userId}',
      operationId: 'updateUser',
      summary: 'Change a user',
      tags,
      security: callers('users:write'),
      middleware: guards.inTenant('users:write'),
      request: { params, headers: tenantChangeHeaders, body: body(updateSchema) },
      responses: { 200: resource('As it is now', user), ...changeProblems },
    }),
    async (c) => {
      const { userId } = c.req.valid('param');
      const changed = await updateUser(verbs(c), userId, await bodyOf(c), ifMatchOf(c));
      return c.json(tagVersion(c, changed), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/users/{userId}',
      operationId: 'deleteUser',
      summary: 'Delete a user',
      tags,
      security: callers('users:write'),
      middleware: guards.inTenant('users:write'),
      request: { params, headers: tenantChangeHeaders },
      responses: { 204: { description: 'Deleted' }, ...deleteProblems },
    }),
    async (c) => {
      await deleteUser(verbs(c), c.req.valid('param').userId, ifMatchOf(c));
      return c.body(null, 204);
    },
  );
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
