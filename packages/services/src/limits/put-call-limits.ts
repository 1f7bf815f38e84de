import { type CallLimits, callLimits as schema } from '@trunkline/contracts/call-limits.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { callLimits } from '@trunkline/database/tenant/diagnosis.ts';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { readLimits } from './read-limits.ts';

/**
 * Replaces the tenant's toll-fraud floor; its nodes know within seconds. The audit holds both, as
 * a raised limit is what a thief begins with.
 */
export async function putCallLimits(ctx: Context, input: unknown): Promise<CallLimits> {
  requireScope(ctx, 'calls:write');
  const limits = parse(schema, input);
  const tenantId = tenantOf(ctx);
  return changeTenant(ctx, async (tx, effects) => {
    const before = await readLimits(tx);
    const values = { limits, updatedAt: ctx.clock.now() };
    await tx
      .insert(callLimits)
      .values({ tenantId, id: tenantId, ...values })
      .onConflictDoUpdate({ target: [callLimits.tenantId, callLimits.id], set: values });
    effects.audit('call_limits.update', tenantId, { before, after: limits });
    effects.publish('config.changed', {});
    return limits;
  });
}
