import type { TenantId } from '@trunkline/contracts/ids.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { updateTenant as schema, type Tenant } from '@trunkline/contracts/tenants.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { and, eq } from 'drizzle-orm';
import { fieldsOf, given } from '../core/changes.ts';
import { type ControlContext, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { checkVersion } from '../core/versions.ts';
import { changeControl } from './control-work.ts';
import { visibleTenants } from './subtree.ts';
import { tenantResource } from './tenant-resource.ts';

/** Changes a tenant's record. @throws TrunklineError `not_found`, `precondition_failed` */
export async function updateTenant(
  ctx: ControlContext,
  tenantId: TenantId,
  input: unknown,
  ifMatch?: string,
): Promise<Tenant> {
  requireScope(ctx, 'tenants:write');
  const wanted = parse(schema, input);
  return changeControl(ctx, async (tx, effects) => {
    const [row] = await tx
      .select()
      .from(tenants)
      .where(and(eq(tenants.id, tenantId), visibleTenants(ctx)))
      .for('update');
    const current = found(row);
    checkVersion(ifMatch, current.version);
    const [changed] = await tx
      .update(tenants)
      .set({ ...given(wanted), updatedAt: ctx.clock.now(), version: current.version + 1 })
      .where(eq(tenants.id, tenantId))
      .returning();
    await effects.audit('tenant.update', tenantId, fieldsOf(wanted));
    await effects.tenantChanged(tenantId);
    return tenantResource(found(changed));
  });
}
