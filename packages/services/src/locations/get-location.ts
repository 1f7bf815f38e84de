import type { LocationId } from '@trunkline/contracts/ids.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import { locations } from '@trunkline/database/tenant/locations.ts';
import { eq } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { readTenant } from '../core/tenant-work.ts';
import { locationResource } from './location-resource.ts';

/** Reads one location. @throws TrunklineError `not_found` */
export async function getLocation(ctx: Context, locationId: LocationId): Promise<Location> {
  requireScope(ctx, 'locations:read');
  return readTenant(ctx, async (tx) => {
    const [row] = await tx.select().from(locations).where(eq(locations.id, locationId));
    return locationResource(found(row));
  });
}
