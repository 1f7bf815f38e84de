import type { TenantId } from '@trunkline/contracts/ids.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lineGroups, lines } from '@trunkline/database/tenant/lines.ts';
import { locations } from '@trunkline/database/tenant/locations.ts';
import { lineNumber } from '@trunkline/numbers/display.ts';
import { and, eq } from 'drizzle-orm';
import { found } from '../core/not-found.ts';
import { locationResource } from '../locations/location-resource.ts';

/** The location of a line group. @throws TrunklineError `not_found` for an unknown group */
export async function locationOfGroup(
  tx: TenantTransaction,
  lineGroupId: string,
): Promise<Location> {
  const [row] = await tx
    .select({ location: locations })
    .from(lineGroups)
    .innerJoin(
      locations,
      and(eq(locations.tenantId, lineGroups.tenantId), eq(locations.id, lineGroups.locationId)),
    )
    .where(eq(lineGroups.id, lineGroupId));
  return locationResource(found(row).location);
}

/** Gives all lines of a location the numbers it now makes (LIN-012). */
export async function renumberLinesAt(
  tx: TenantTransaction,
  tenantId: TenantId,
  location: Location,
  lineGroupId?: string,
): Promise<void> {
  const rows = await tx
    .select({ line: lines })
    .from(lines)
    .innerJoin(
      lineGroups,
      and(eq(lineGroups.tenantId, lines.tenantId), eq(lineGroups.id, lines.lineGroupId)),
    )
    .where(
      lineGroupId === undefined
        ? eq(lineGroups.locationId, location.id)
        : eq(lineGroups.id, lineGroupId),
    );
  for (const { line } of rows) {
    const fullNumber = lineNumber(line.number, line.suffix, location);
    if (fullNumber === line.fullNumber) continue;
    await tx
      .update(lines)
      .set({ fullNumber })
      .where(and(eq(lines.tenantId, tenantId), eq(lines.id, line.id)));
  }
}
