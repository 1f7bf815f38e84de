import type { TenantId } from '@trunkline/contracts/ids.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { sql } from 'drizzle-orm';
import type { Platform } from '../core/context.ts';
import { guarded } from '../core/failures.ts';

/** How long calls are kept, in days. */
export interface CallRetention {
  /** What happened in a call, SIP messages included (VOX-153). */
  readonly eventDays: number;
  /** The record of a call, without which its events are not found. */
  readonly recordDays: number;
}

/** Rows of one transaction: short enough that no reader waits. */
const batchRows = 1_000;
/** Batches of a table, a tenant and a sweep; the rest waits for the next one. */
const mostBatches = 50;
const dayMs = 86_400_000;

/**
 * Deletes events and records of calls that are older than their days, tenant by tenant and in small
 * batches. The journal is not touched: it has rules of its own (SVC-008).
 * @returns how many rows went
 */
export async function sweepCalls(
  platform: Pick<Platform, 'db' | 'clock'>,
  retention: CallRetention,
): Promise<{ events: number; records: number }> {
  const now = platform.clock.now().getTime();
  const before = (days: number) => new Date(now - days * dayMs).toISOString();
  const oldEvents = sql`
    delete from tenant.call_events where (tenant_id, id) in (
      select tenant_id, id from tenant.call_events
      where tenant_id = current_setting('app.tenant_id')
        and occurred_at < ${before(retention.eventDays)}::timestamptz
      order by occurred_at limit ${batchRows})`;
  const oldRecords = sql`
    delete from tenant.call_records where (tenant_id, id) in (
      select tenant_id, id from tenant.call_records
      where tenant_id = current_setting('app.tenant_id')
        and started_at < ${before(retention.recordDays)}::timestamptz
      order by started_at limit ${batchRows})`;
  const { worker } = platform.db;
  const gone = { events: 0, records: 0 };
  for (const { id } of await guarded(() => worker.select({ id: tenants.id }).from(tenants))) {
    const sweep = async (statement: typeof oldEvents) => {
      let rows = 0;
      for (let batch = 0; batch < mostBatches; batch += 1) {
        const { count } = await guarded(() =>
          withTenant(worker, id as TenantId, (tx) => tx.execute(statement)),
        );
        rows += count;
        if (count < batchRows) break;
      }
      return rows;
    };
    gone.events += await sweep(oldEvents);
    gone.records += await sweep(oldRecords);
  }
  return gone;
}
