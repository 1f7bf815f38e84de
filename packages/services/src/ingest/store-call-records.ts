import { callRecordOf } from '@trunkline/calls/call-record.ts';
import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import type { TenantId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { callRecords } from '@trunkline/database/tenant/calls.ts';
import { getTableColumns, type SQL, sql } from 'drizzle-orm';

const keys = new Set(['tenantId', 'id']);
/** Every column but the key, as the new row has it. */
const replaced: Record<string, SQL> = Object.fromEntries(
  Object.entries(getTableColumns(callRecords))
    .filter(([name]) => !keys.has(name))
    .map(([name, column]) => [name, sql.raw(`excluded.${column.name}`)]),
);

/**
 * Brings the records of calls up to date from all their events. Made anew each time, so repetitions
 * and events that come late or out of order do no harm.
 */
export async function storeCallRecords(
  tx: TenantTransaction,
  tenantId: TenantId,
  calls: readonly (readonly EventEnvelope[])[],
): Promise<void> {
  const rows = calls.flatMap((events) => {
    const draft = callRecordOf(events);
    return draft ? [rowOf(tenantId, draft)] : [];
  });
  if (rows.length === 0) return;
  await tx
    .insert(callRecords)
    .values(rows)
    .onConflictDoUpdate({ target: [callRecords.tenantId, callRecords.id], set: replaced });
}

function rowOf(tenantId: TenantId, draft: NonNullable<ReturnType<typeof callRecordOf>>) {
  const { startedAt, answeredAt, endedAt, userIds, ...fields } = draft;
  return {
    ...fields,
    tenantId,
    userIds: [...userIds],
    severity: draft.verdict.severity,
    startedAt: new Date(startedAt),
    answeredAt: answeredAt === null ? null : new Date(answeredAt),
    endedAt: endedAt === null ? null : new Date(endedAt),
  };
}
