import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { TenantId } from '@trunkline/contracts/ids.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lineGroups, lines } from '@trunkline/database/tenant/lines.ts';
import { locations } from '@trunkline/database/tenant/locations.ts';
import { and, eq, sql } from 'drizzle-orm';
import { found } from '../core/not-found.ts';
import { locationResource } from '../locations/location-resource.ts';
import { readNumber } from './automatic-number.ts';
import { placeLine } from './line-place.ts';

/** The tenant's locations, in order of creation. */
export async function allLocations(tx: TenantTransaction): Promise<Location[]> {
  return (await tx.select().from(locations).orderBy(locations.id)).map(locationResource);
}

/** The location of a line (LIN-025). @throws TrunklineError `not_found` for an unknown line */
export async function locationOfLine(tx: TenantTransaction, lineId: string): Promise<Location> {
  const [row] = await tx
    .select({ location: locations })
    .from(lines)
    .innerJoin(
      lineGroups,
      and(eq(lineGroups.tenantId, lines.tenantId), eq(lineGroups.id, lines.lineGroupId)),
    )
    .innerJoin(
      locations,
      and(
        eq(locations.tenantId, lines.tenantId),
        eq(locations.id, sql`coalesce(${lines.settledLocationId}, ${lineGroups.locationId})`),
      ),
    )
    .where(eq(lines.id, lineId));
  return locationResource(found(row).location);
}

/**
 * Gives lines the locations and numbers that follow from groups and locations as they are now, of
 * the whole tenant or of one group (LIN-012, LIN-025). Called after one of them changed.
 */
export async function replaceLines(
  tx: TenantTransaction,
  tenantId: TenantId,
  lineGroupId?: string,
): Promise<void> {
  const places = await allLocations(tx);
  const rows = await tx
    .select({ line: lines, group: lineGroups })
    .from(lines)
    .innerJoin(
      lineGroups,
      and(eq(lineGroups.tenantId, lines.tenantId), eq(lineGroups.id, lines.lineGroupId)),
    )
    .where(lineGroupId === undefined ? undefined : eq(lineGroups.id, lineGroupId));
  for (const { line, group } of rows) {
    const place = placeLine(line, group, places);
    if (place.fullNumber === line.fullNumber && place.settledLocationId === line.settledLocationId)
      continue;
    await tx
      .update(lines)
      .set(place)
      .where(and(eq(lines.tenantId, tenantId), eq(lines.id, line.id)));
  }
}

/**
 * Gives the lines of a group that turns to automatic numbers those of their user names (LIN-024);
 * suffixes stay where the user name brings none.
 * @throws TrunklineError `invalid_request` when a user name is no number
 */
export async function takeNumbers(
  tx: TenantTransaction,
  tenantId: TenantId,
  lineGroupId: string,
): Promise<void> {
  const rows = await tx.select().from(lines).where(eq(lines.lineGroupId, lineGroupId));
  for (const line of rows) {
    const taken = readNumber(line.userName);
    if (!taken)
      throw new TrunklineError('invalid_request', {
        errors: [
          {
            pointer: '/numbersAutomatic',
            message: `the user name ${line.userName} is no number that could be taken`,
          },
        ],
      });
    if (taken.number === line.number && (taken.suffix === '' || taken.suffix === line.suffix))
      continue;
    await tx
      .update(lines)
      .set({ number: taken.number, suffix: taken.suffix || line.suffix })
      .where(and(eq(lines.tenantId, tenantId), eq(lines.id, line.id)));
  }
}
