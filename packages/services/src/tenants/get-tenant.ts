import type { TenantId } from '@trunkline/contracts/ids.ts';
import type { Tenant } from '@trunkline/contracts/tenants.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { and, eq } from 'drizzle-orm';
import { type ControlContext, requireScope } from '../core/context.ts';
import { guarded } from '../core/failures.ts';
import { found } from '../core/not-found.ts';
import { visibleTenants } from './subtree.ts';
import { tenantResource } from './tenant-resource.ts';

/** Reads a tenant of the caller's subtree. @throws TrunklineError `not_found` for any other */
export async function getTenant(ctx: ControlContext, tenantId: TenantId): Promise<Tenant> {
  requireScope(ctx, 'tenants:read');
  const [row] = await guarded(() =>
    ctx.db.operator
      .select()
      .from(tenants)
      .where(and(eq(tenants.id, tenantId), visibleTenants(ctx))),
  );
  return tenantResource(found(row));
}
