import type { LocationId } from '@trunkline/contracts/ids.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import type { locations } from '@trunkline/database/tenant/locations.ts';

export type LocationRow = typeof locations.$inferSelect;

/** The API resource of a location row. */
export function locationResource(row: LocationRow): Location {
  const { tenantId: _, createdAt, updatedAt, id, ...fields } = row;
  return {
    id: id as LocationId,
    ...fields,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
