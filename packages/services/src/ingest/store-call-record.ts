import { callRecordOf } from '@trunkline/calls/call-record.ts';
import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import type { TenantId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { callRecords } from '@trunkline/database/tenant/calls.ts';
import { sql } from 'drizzle-orm';

/**
 * Brings the record of a call up to date from all its events. Made anew each time, so repetitions
 * and events that come late or out of order do no harm.
 */
export async function storeCallRecord(
  tx: TenantTransaction,
  tenantId: TenantId,
  events: readonly EventEnvelope[],
): Promise<void> {
  const draft = callRecordOf(events);
  if (!draft) return;
  const { id, startedAt, answeredAt, endedAt, userIds, ...fields } = draft;
  const values = {
    ...fields,
    userIds: [...userIds],
    severity: draft.verdict.severity,
    startedAt: new Date(startedAt),
    answeredAt: answeredAt === null ? null : new Date(answeredAt),
    endedAt: endedAt === null ? null : new Date(endedAt),
    updatedAt: sql`now()`,
  };
  await tx
    .insert(callRecords)
    .values({ tenantId, id, ...values })
    .onConflictDoUpdate({ target: [callRecords.tenantId, callRecords.id], set: values });
}
