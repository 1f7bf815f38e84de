import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { TenantId } from '@trunkline/contracts/ids.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import {
  resumeTenant as resumeSchema,
  type SuspendReason,
  suspendTenant as suspendSchema,
  type Tenant,
} from '@trunkline/contracts/tenants.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { and, eq } from 'drizzle-orm';
import { type ControlContext, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeControl } from './control-work.ts';
import { visibleTenants } from './subtree.ts';
import { type TenantRow, tenantResource } from './tenant-resource.ts';

/** Reasons only the platform itself gives and takes back. */
const operatorReasons: ReadonlySet<SuspendReason> = new Set(['abuse', 'operator']);

/**
 * Suspends a tenant for a reason; several stand side by side (PLT-015).
 * @throws TrunklineError `illegal_transition`, `missing_scope` for the platform's own reasons
 */
export function suspendTenant(
  ctx: ControlContext,
  tenantId: TenantId,
  input: unknown,
): Promise<Tenant> {
  requireScope(ctx, 'tenants:write');
  const { reason } = parse(suspendSchema, input);
  return changeState(ctx, tenantId, reason, 'tenant.suspend', (row) => {
    if (!['trial', 'active', 'past_due', 'suspended'].includes(row.state))
      throw new TrunklineError('illegal_transition');
    return {
      state: 'suspended' as const,
      suspendReasons: [...new Set([...row.suspendReasons, reason])],
      resumeState: row.state === 'suspended' ? row.resumeState : row.state,
    };
  });
}

/**
 * Takes one reason back; the tenant works again when none is left (PLT-015).
 * @throws TrunklineError `illegal_transition` when the tenant is not suspended for this reason
 */
export function resumeTenant(
  ctx: ControlContext,
  tenantId: TenantId,
  input: unknown,
): Promise<Tenant> {
  requireScope(ctx, 'tenants:write');
  const { reason } = parse(resumeSchema, input);
  return changeState(ctx, tenantId, reason, 'tenant.resume', (row) => {
    if (row.state !== 'suspended' || !row.suspendReasons.includes(reason))
      throw new TrunklineError('illegal_transition');
    const left = row.suspendReasons.filter((other) => other !== reason);
    return left.length > 0
      ? { suspendReasons: left }
      : { state: row.resumeState ?? 'active', suspendReasons: [], resumeState: null };
  });
}

function changeState(
  ctx: ControlContext,
  tenantId: TenantId,
  reason: SuspendReason,
  action: string,
  next: (row: TenantRow) => Partial<TenantRow>,
): Promise<Tenant> {
  return changeControl(ctx, async (tx, effects) => {
    const [row] = await tx
      .select()
      .from(tenants)
      .where(and(eq(tenants.id, tenantId), visibleTenants(ctx)))
      .for('update');
    const current = found(row);
    if (ctx.principal.kind !== 'system' && operatorReasons.has(reason))
      throw new TrunklineError('missing_scope', {
        detail: 'only the operator may give this reason',
      });
    const [changed] = await tx
      .update(tenants)
      .set({ ...next(current), updatedAt: ctx.clock.now(), version: current.version + 1 })
      .where(eq(tenants.id, tenantId))
      .returning();
    await effects.audit(action, tenantId, { reason });
    await effects.tenantChanged(tenantId);
    return tenantResource(found(changed));
  });
}
