import { createRoute, z } from '@hono/zod-openapi';
import { idSchema } from '@trunkline/contracts/ids.ts';
import {
  createLocation as createSchema,
  location,
  updateLocation as updateSchema,
} from '@trunkline/contracts/locations.ts';
import { pageOf, pageQuery } from '@trunkline/contracts/pages.ts';
import { createLocation } from '@trunkline/services/locations/create-location.ts';
import { deleteLocation } from '@trunkline/services/locations/delete-location.ts';
import { getLocation } from '@trunkline/services/locations/get-location.ts';
import { listLocations } from '@trunkline/services/locations/list-locations.ts';
import { updateLocation } from '@trunkline/services/locations/update-location.ts';
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

const params = z.object({ locationId: idSchema('location') });
const tags = ['Locations'];

export function locationRoutes({ app, guards, verbs }: Routes): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/locations',
      operationId: 'listLocations',
      summary: 'Locations of the tenant, in order of creation',
      tags,
      security: callers('locations:read'),
      middleware: guards.inTenant('locations:read'),
      request: { headers: tenantHeaders, query: pageQuery },
      responses: { 200: json('A page', pageOf(location)), ...readProblems },
    }),
    async (c) => c.json(await listLocations(verbs(c), c.req.query()), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/locations',
      operationId: 'createLocation',
      summary: 'Create a location',
      tags,
      security: callers('locations:write'),
      middleware: [...guards.inTenant('locations:write'), guards.once(201)],
      request: { headers: tenantCreateHeaders, body: body(createSchema) },
      responses: { 201: created('What was created', location), ...createProblems },
    }),
    async (c) => c.json(tagCreated(c, await createLocation(verbs(c), await bodyOf(c))), 201),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/locations/{locationId}',
      operationId: 'getLocation',
      summary: 'One location',
      tags,
      security: callers('locations:read'),
      middleware: guards.inTenant('locations:read'),
      request: { params, headers: tenantHeaders },
      responses: { 200: resource('As it is now', location), ...readProblems },
    }),
    async (c) =>
      c.json(tagVersion(c, await getLocation(verbs(c), c.req.valid('param').locationId)), 200),
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/v1/locations/{locationId}',
      operationId: 'updateLocation',
      summary: 'Change a location',
      tags,
      security: callers('locations:write'),
      middleware: guards.inTenant('locations:write'),
      request: { params, headers: tenantChangeHeaders, body: body(updateSchema) },
      responses: { 200: resource('As it is now', location), ...changeProblems },
    }),
    async (c) => {
      const { locationId } = c.req.valid('param');
      const changed = await updateLocation(verbs(c), locationId, await bodyOf(c), ifMatchOf(c));
      return c.json(tagVersion(c, changed), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/locations/{locationId}',
      operationId: 'deleteLocation',
      summary: 'Delete a location',
      tags,
      security: callers('locations:write'),
      middleware: guards.inTenant('locations:write'),
      request: { params, headers: tenantChangeHeaders },
      responses: { 204: { description: 'Deleted' }, ...deleteProblems },
    }),
    async (c) => {
      await deleteLocation(verbs(c), c.req.valid('param').locationId, ifMatchOf(c));
      return c.body(null, 204);
    },
  );
}
