import type { Id, TenantId } from '@trunkline/contracts/ids.ts';
import type { Tenant } from '@trunkline/contracts/tenants.ts';
import type { tenants } from '@trunkline/database/control/tenants.ts';

export type TenantRow = typeof tenants.$inferSelect;

/** The API resource of a tenant row. */
export function tenantResource(row: TenantRow): Tenant {
  return {
    id: row.id as TenantId,
    alias: row.alias,
    displayName: row.displayName,
    legalName: row.legalName,
    presenceDomain: row.presenceDomain,
    region: row.region,
    state: row.state,
    partnerId: row.partnerId as Id<'partner'> | null,
    externalReference: row.externalReference,
    timeZone: row.timeZone,
    defaultLanguage: row.defaultLanguage,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  };
}
