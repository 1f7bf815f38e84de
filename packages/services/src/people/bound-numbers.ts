import type { LineId, UserId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lineAssignments, lineGroups, lines } from '@trunkline/database/tenant/lines.ts';
import { locations } from '@trunkline/database/tenant/locations.ts';
import { displayNumber } from '@trunkline/numbers/display.ts';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { LineGroupRow } from '../line-groups/line-group-resource.ts';

/** A line of a user, its number in full and as people at its location read it. */
export interface BoundNumber {
  readonly userId: UserId;
  readonly slot: string;
  readonly lineId: LineId;
  readonly number: string;
  readonly display: string;
  readonly group: LineGroupRow;
}

/** The lines bound to these users' numbers (USR-015), in order of creation. */
export async function boundNumbers(
  tx: TenantTransaction,
  userIds: readonly string[],
): Promise<BoundNumber[]> {
  if (userIds.length === 0) return [];
  const rows = await tx
    .select({
      userId: lineAssignments.userId,
      slot: lineAssignments.slot,
      lineId: lines.id,
      number: lines.fullNumber,
      group: lineGroups,
      location: locations,
    })
    .from(lineAssignments)
    .innerJoin(
      lines,
      and(eq(lines.tenantId, lineAssignments.tenantId), eq(lines.id, lineAssignments.lineId)),
    )
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
    .where(and(inArray(lineAssignments.userId, [...userIds]), eq(lines.useLine, true)))
    .orderBy(lines.id);
  return rows.map(({ location, ...row }) => ({
    ...row,
    userId: row.userId as UserId,
    lineId: row.lineId as LineId,
    display: displayNumber(row.number, location),
  }));
}
