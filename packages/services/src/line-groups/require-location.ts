import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { locations } from '@trunkline/database/tenant/locations.ts';
import { eq } from 'drizzle-orm';
import { locationResource } from '../locations/location-resource.ts';

/** The location a group names. @throws TrunklineError `invalid_request` when there is none such */
export async function requireLocation(
  tx: TenantTransaction,
  locationId: string,
): Promise<Location> {
  const [row] = await tx.select().from(locations).where(eq(locations.id, locationId)).for('share');
  if (row) return locationResource(row);
  throw new TrunklineError('invalid_request', {
    errors: [{ pointer: '/locationId', message: 'no such location' }],
  });
}
