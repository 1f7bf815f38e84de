import type { Alert } from '@trunkline/contracts/alerts.ts';
import type { Id } from '@trunkline/contracts/ids.ts';
import { alerts } from '@trunkline/database/tenant/diagnosis.ts';
import { and, eq } from 'drizzle-orm';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { alertResource } from './alert-resource.ts';

/**
 * Marks an alert as dealt with; the same cause again opens a new one. Already resolved, it stays as
 * it is. @throws TrunklineError `not_found`
 */
export async function resolveAlert(ctx: Context, alertId: Id<'alert'>): Promise<Alert> {
  requireScope(ctx, 'calls:write');
  const tenantId = tenantOf(ctx);
  return changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx.select().from(alerts).where(eq(alerts.id, alertId)).for('update');
    const current = found(row);
    if (current.resolvedAt) return alertResource(current);
    const [changed] = await tx
      .update(alerts)
      .set({ resolvedAt: ctx.clock.now() })
      .where(and(eq(alerts.tenantId, tenantId), eq(alerts.id, alertId)))
      .returning();
    effects.audit('alert.resolve', alertId, { kind: current.kind });
    return alertResource(found(changed));
  });
}
