import { z } from '@hono/zod-openapi';
import { idSchema } from '@trunkline/contracts/ids.ts';
import {
  createLocation as createSchema,
  location,
  updateLocation as updateSchema,
} from '@trunkline/contracts/locations.ts';
import { pageQuery } from '@trunkline/contracts/pages.ts';
import { createLocation } from '@trunkline/services/locations/create-location.ts';
import { deleteLocation } from '@trunkline/services/locations/delete-location.ts';
import { getLocation } from '@trunkline/services/locations/get-location.ts';
import { listLocations } from '@trunkline/services/locations/list-locations.ts';
import { updateLocation } from '@trunkline/services/locations/update-location.ts';
import { bodyOf } from '../http/verb-context.ts';
import { ifMatchOf, tagCreated, tagVersion } from '../http/versions.ts';
import { resourceRoutes } from './resource-routes.ts';
import type { Routes } from './routes.ts';

const params = z.object({ locationId: idSchema('location') });
const tags = ['Locations'];

export function locationRoutes({ app, guards, verbs }: Routes): void {
  const routes = resourceRoutes(guards, {
    list: '/v1/locations',
    item: '/v1/locations/{locationId}',
    params,
    query: pageQuery,
    name: 'Location',
    names: 'Locations',
    tags,
    read: 'locations:read',
    write: 'locations:write',
    schema: location,
    create: createSchema,
    update: updateSchema,
    summaries: {
      list: 'Locations of the tenant, in order of creation',
      create: 'Create a location',
      get: 'One location',
      update: 'Change a location',
      delete: 'Delete a location',
    },
  });
  app.openapi(routes.list, async (c) => c.json(await listLocations(verbs(c), c.req.query()), 200));
  app.openapi(routes.create, async (c) =>
    c.json(tagCreated(c, await createLocation(verbs(c), await bodyOf(c))), 201),
  );
  app.openapi(routes.get, async (c) =>
    c.json(tagVersion(c, await getLocation(verbs(c), c.req.valid('param').locationId)), 200),
  );
  app.openapi(routes.update, async (c) => {
    const { locationId } = c.req.valid('param');
    const changed = await updateLocation(verbs(c), locationId, await bodyOf(c), ifMatchOf(c));
    return c.json(tagVersion(c, changed), 200);
  });
  app.openapi(routes.delete, async (c) => {
    await deleteLocation(verbs(c), c.req.valid('param').locationId, ifMatchOf(c));
    return c.body(null, 204);
  });
}
