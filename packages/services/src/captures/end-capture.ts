import type { Capture } from '@trunkline/contracts/captures.ts';
import type { Id } from '@trunkline/contracts/ids.ts';
import { captures } from '@trunkline/database/tenant/diagnosis.ts';
import { and, eq } from 'drizzle-orm';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { captureResource, isRunning } from './capture-resource.ts';

/** Stops a capture before its time; one that is over stays as it is. @throws `not_found` */
export async function stopCapture(ctx: Context, captureId: Id<'capture'>): Promise<Capture> {
  requireScope(ctx, 'calls:write');
  const tenantId = tenantOf(ctx);
  return changeTenant(ctx, async (tx, effects) => {
    const now = ctx.clock.now();
    const [row] = await tx.select().from(captures).where(eq(captures.id, captureId)).for('update');
    const current = found(row);
    if (!isRunning(current, now)) return captureResource(current, now);
    const [changed] = await tx
      .update(captures)
      .set({ stoppedAt: now })
      .where(and(eq(captures.tenantId, tenantId), eq(captures.id, captureId)))
      .returning();
    effects.audit('capture.stop', captureId);
    effects.publish('config.changed', {});
    return captureResource(found(changed), now);
  });
}

/** Deletes a capture with its messages; a running one is stopped by it. @throws `not_found` */
export async function deleteCapture(ctx: Context, captureId: Id<'capture'>): Promise<void> {
  requireScope(ctx, 'calls:write');
  const tenantId = tenantOf(ctx);
  await changeTenant(ctx, async (tx, effects) => {
    const [gone] = await tx
      .delete(captures)
      .where(and(eq(captures.tenantId, tenantId), eq(captures.id, captureId)))
      .returning({ id: captures.id });
    found(gone);
    effects.audit('capture.delete', captureId);
    effects.publish('config.changed', {});
  });
}
