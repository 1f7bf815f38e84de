import type { TenantId } from '@trunkline/contracts/ids.ts';
import type { TenantState } from '@trunkline/contracts/tenants.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { and, eq, gt, inArray } from 'drizzle-orm';
import type { Platform } from '../core/context.ts';
import { guarded } from '../core/failures.ts';

/** The state of a tenant, or null when it does not exist. */
export async function readTenantState(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
): Promise<TenantState | null> {
  const [row] = await guarded(() =>
    platform.db.operator
      .select({ state: tenants.state })
      .from(tenants)
      .where(eq(tenants.id, tenantId)),
  );
  return row?.state ?? null;
}

/** Tenants whose users may not simply work, a page at a time: what an edge must know on connecting. */
export async function listStoppedTenants(
  platform: Pick<Platform, 'db'>,
  after: TenantId | null,
  limit: number,
): Promise<{ tenantId: TenantId; state: TenantState }[]> {
  const rows = await guarded(() =>
    platform.db.operator
      .select({ id: tenants.id, state: tenants.state })
      .from(tenants)
      .where(
        and(
          inArray(tenants.state, ['suspended', 'cancelled', 'purging']),
          after === null ? undefined : gt(tenants.id, after),
        ),
      )
      .orderBy(tenants.id)
      .limit(limit),
  );
  return rows.map((row) => ({ tenantId: row.id as TenantId, state: row.state }));
}
