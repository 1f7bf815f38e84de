import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Id } from '@trunkline/contracts/ids.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../core/context.ts';

/** Ids of a partner and of all below it (PLT-046). */
export const subtree = (partnerId: Id<'partner'>): SQL => sql`(
  with recursive below (id) as (
    select ${partnerId}::text collate "C"
    union
    select p.id from control.partners p join below on p.parent_id = below.id
  ) select id from below)`;

/** The tenants this principal may see at all; others do not exist for it. */
export function visibleTenants(ctx: Context): SQL {
  const { principal } = ctx;
  switch (principal.kind) {
    case 'user':
      return eq(tenants.id, principal.tenantId);
    case 'apiKey':
      if (principal.tenantId !== null) return eq(tenants.id, principal.tenantId);
      if (principal.partnerId !== null)
        return inArray(tenants.partnerId, subtree(principal.partnerId));
      break;
    case 'system':
      return sql`true`;
    case 'node':
      break;
  }
  throw new TrunklineError('missing_scope', { scope: 'tenants:read' });
}
