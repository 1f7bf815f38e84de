import type { CallRecord } from '@trunkline/contracts/call-records.ts';
import type { CallId, LineGroupId, LineId, MediaNodeId, UserId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import type { callRecords } from '@trunkline/database/tenant/calls.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { inArray } from 'drizzle-orm';

export type CallRecordRow = typeof callRecords.$inferSelect;

/** Call records with the names of the users they belong to; users that are gone are left out. */
export async function callRecordResources(
  tx: TenantTransaction,
  rows: readonly CallRecordRow[],
): Promise<CallRecord[]> {
  const ids = [...new Set(rows.flatMap((row) => row.userIds))];
  const known =
    ids.length === 0
      ? []
      : await tx
          .select({ id: users.id, displayName: users.displayName })
          .from(users)
          .where(inArray(users.id, ids));
  const names = new Map(known.map((user) => [user.id, user.displayName]));
  return rows.map((row) => resource(row, names));
}

function resource(row: CallRecordRow, names: ReadonlyMap<string, string>): CallRecord {
  const {
    tenantId: _tenant,
    userIds,
    severity: _severity,
    searchText: _search,
    updatedAt: _updated,
    ...fields
  } = row;
  return {
    ...fields,
    id: row.id as CallId,
    lineId: row.lineId as LineId,
    lineGroupId: row.lineGroupId as LineGroupId,
    nodeId: row.nodeId as MediaNodeId,
    users: userIds.flatMap((userId) => {
      const displayName = names.get(userId);
      return displayName === undefined ? [] : [{ userId: userId as UserId, displayName }];
    }),
    startedAt: row.startedAt.toISOString(),
    answeredAt: row.answeredAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
