import type { LineGroupId, LineId, LocationId, UserId } from '@trunkline/contracts/ids.ts';
import type { Line, LineState } from '@trunkline/contracts/lines.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import {
  lineAssignments,
  lineGroups,
  lineStates,
  type lines,
} from '@trunkline/database/tenant/lines.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { and, eq, inArray } from 'drizzle-orm';
import { found } from '../core/not-found.ts';
import { forwardWarnings, monitoredNumbers } from './forward-warnings.ts';
import { allLocations } from './full-number.ts';
import { placeWarnings, settledLocation } from './line-place.ts';

export type LineRow = typeof lines.$inferSelect;
type StateRow = typeof lineStates.$inferSelect;

function stateOf(line: LineRow, row: StateRow | undefined): LineState {
  if (!line.useLine || !row)
    return {
      state: 'uninitialised',
      reason: { category: 'none', sipCode: null, text: '' },
      since: line.updatedAt.toISOString(),
      nextAttemptAt: null,
    };
  return {
    state: row.state,
    reason: row.reason,
    since: row.since.toISOString(),
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
  };
}

/** The API resources of line rows, with state and users. Never the password (LIN-052). */
export async function lineResources(
  tx: TenantTransaction,
  rows: readonly LineRow[],
): Promise<Line[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const monitored = rows.some((row) => row.forwardList.length > 1)
    ? await monitoredNumbers(tx)
    : new Set<string>();
  const groups = new Map(
    (
      await tx
        .select({
          id: lineGroups.id,
          locationId: lineGroups.locationId,
          locationMode: lineGroups.locationMode,
        })
        .from(lineGroups)
        .where(inArray(lineGroups.id, [...new Set(rows.map((row) => row.lineGroupId))]))
    ).map((group) => [group.id, group]),
  );
  const places = await allLocations(tx);
  const states = await tx.select().from(lineStates).where(inArray(lineStates.id, ids));
  const bound = await tx
    .select({
      lineId: lineAssignments.lineId,
      userId: users.id,
      displayName: users.displayName,
    })
    .from(lineAssignments)
    .innerJoin(
      users,
      and(eq(users.tenantId, lineAssignments.tenantId), eq(users.id, lineAssignments.userId)),
    )
    .where(inArray(lineAssignments.lineId, ids))
    .orderBy(users.displayName, users.id);
  return rows.map((row) => {
    const group = found(groups.get(row.lineGroupId));
    return {
      id: row.id as LineId,
      lineGroupId: row.lineGroupId as LineGroupId,
      userName: row.userName,
      authUserName: row.authUserName,
      number: row.number,
      suffix: row.suffix,
      locationId: row.locationId as LocationId | null,
      settledLocationId: settledLocation(row, group),
      useLine: row.useLine,
      journal: row.journal,
      privatePhone: row.privatePhone,
      isTrunkLine: row.isTrunkLine,
      forwardList: row.forwardList,
      hasPassword: row.sealedPassword !== null,
      state: stateOf(
        row,
        states.find((state) => state.id === row.id),
      ),
      warnings: [
        ...placeWarnings(row, group, places),
        ...forwardWarnings(row.forwardList, monitored),
      ],
      users: bound
        .filter((one) => one.lineId === row.id)
        .map(({ userId, displayName }) => ({ userId: userId as UserId, displayName })),
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      version: row.version,
    };
  });
}

export async function lineResource(tx: TenantTransaction, row: LineRow): Promise<Line> {
  return found((await lineResources(tx, [row]))[0]);
}
