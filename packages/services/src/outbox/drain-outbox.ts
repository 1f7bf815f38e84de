import type { TenantId } from '@trunkline/contracts/ids.ts';
import type { Database } from '@trunkline/database/connect.ts';
import { outbox } from '@trunkline/database/tenant/records.ts';
import { and, eq, lte, or, sql } from 'drizzle-orm';
import { guarded } from '../core/failures.ts';
import { type Hint, tellHint } from './hints.ts';

/** Rows taken at a time. */
const batch = 200;

/**
 * Delivers due outbox rows of all tenants, oldest first. Several processes may do so at once: each
 * takes rows no other holds, and a crash in between delivers again.
 * @returns how many rows were delivered
 */
export function drainOutbox(worker: Database): Promise<number> {
  return guarded(() =>
    worker.transaction(async (tx) => {
      const rows = await tx
        .select()
        .from(outbox)
        .where(lte(outbox.availableAt, sql`now()`))
        .orderBy(outbox.availableAt, outbox.id)
        .limit(batch)
        .for('update', { skipLocked: true });
      if (rows.length === 0) return 0;
      for (const row of rows)
        await tellHint(tx, {
          topic: row.topic,
          tenantId: row.tenantId as TenantId,
          payload: row.payload,
        } as Hint);
      await tx
        .delete(outbox)
        .where(
          or(...rows.map((row) => and(eq(outbox.tenantId, row.tenantId), eq(outbox.id, row.id)))),
        );
      return rows.length;
    }),
  );
}
