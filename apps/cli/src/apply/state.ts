import type { CallLimits } from '@trunkline/contracts/call-limits.ts';
import type { Line, LineGroup } from '@trunkline/contracts/lines.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import type { Tenant } from '@trunkline/contracts/tenants.ts';
import type { User } from '@trunkline/contracts/users.ts';
import type { ApiClient } from '../api-client.ts';
import type { TenantFile } from './tenant-file.ts';

/** What a tenant has now, as the API tells it. */
export interface TenantState {
  readonly tenant: Tenant;
  readonly locations: Location[];
  readonly lineGroups: LineGroup[];
  readonly lines: Line[];
  readonly users: User[];
  /** Read only when the file says something about them. */
  readonly callLimits: CallLimits | undefined;
}

/** Reads the tenant of a file by its alias; undefined when there is none (or it is not ours to see). */
export async function readTenantState(
  api: ApiClient,
  { tenant: { alias }, callLimits: limited }: TenantFile,
): Promise<TenantState | undefined> {
  const tenants = await api.list<Tenant>('/v1/tenants');
  const tenant = tenants.find((candidate) => candidate.alias === alias);
  if (!tenant) return undefined;
  const inside = api.inTenant(tenant.id);
  const [locations, lineGroups, lines, users, callLimits] = await Promise.all([
    inside.list<Location>('/v1/locations'),
    inside.list<LineGroup>('/v1/line-groups'),
    inside.list<Line>('/v1/lines'),
    inside.list<User>('/v1/users'),
    limited ? inside.get<CallLimits>('/v1/call-limits') : undefined,
  ]);
  return { tenant, locations, lineGroups, lines, users, callLimits };
}
