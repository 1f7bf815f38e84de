import type { Id, TenantId } from '@trunkline/contracts/ids.ts';
import type { TenantState } from '@trunkline/contracts/tenants.ts';
import type { Database } from '@trunkline/database/connect.ts';
import { type SQL, sql } from 'drizzle-orm';
import { guarded } from '../core/failures.ts';

/** What the router tells of a tenant. */
export interface TenantRoute {
  readonly tenantId: TenantId;
  readonly state: TenantState;
  readonly region: string;
  readonly partnerId: Id<'partner'> | null;
}

interface RouteRow extends Record<string, unknown> {
  tenant_id: TenantId;
  state: TenantState;
  region: string;
  partner_id: Id<'partner'> | null;
}

async function one(router: Database, query: SQL): Promise<TenantRoute | null> {
  const [row] = await guarded(() => router.execute<RouteRow>(query));
  return row
    ? {
        tenantId: row.tenant_id,
        state: row.state,
        region: row.region,
        partnerId: row.partner_id,
      }
    : null;
}

export const routeTenant = (router: Database, tenantId: string) =>
  one(router, sql`select * from control.route_tenant(${tenantId})`);

/** By presence domain, any case (PLT-007). */
export const routeDomain = (router: Database, domain: string) =>
  one(router, sql`select * from control.route_domain(${domain})`);

/** By alias, trimmed and any case; old aliases redirect (PLT-013). */
export const routeAlias = (router: Database, alias: string) =>
  one(router, sql`select * from control.route_alias(${alias})`);
