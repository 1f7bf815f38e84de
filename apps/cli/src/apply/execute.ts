import type { LineGroup } from '@trunkline/contracts/lines.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import type { Tenant } from '@trunkline/contracts/tenants.ts';
import type { User } from '@trunkline/contracts/users.ts';
import type { ApiClient } from '../api-client.ts';
import type { Step } from './plan.ts';
import type { TenantState } from './state.ts';
import type { LoadedTenantFile } from './tenant-file.ts';

const paths = {
  tenant: '/v1/tenants',
  callLimits: '/v1/call-limits',
  location: '/v1/locations',
  lineGroup: '/v1/line-groups',
  line: '/v1/lines',
  user: '/v1/users',
} as const;

/** The steps make no sense against what is there: somebody changed it in the meantime. */
class PlanError extends Error {
  override readonly name = 'PlanError';
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new PlanError(`${what} is missing; run apply again`);
  return value;
}

/** Carries a plan out through the public API, step by step in its order; `report` hears each one. */
export async function executePlan(
  api: ApiClient,
  steps: readonly Step[],
  { parsed: file, literal }: LoadedTenantFile,
  state: TenantState | undefined,
  report: (step: Step) => void,
): Promise<void> {
  let tenant = state?.tenant;
  const locations = new Map(
    (state?.locations ?? []).map((location) => [location.name, location.id]),
  );
  const groups = new Map((state?.lineGroups ?? []).map((group) => [group.name, group.id]));
  const users = new Map((state?.users ?? []).map((user) => [user.userName, user.id]));

  for (const step of steps) {
    const inside = tenant ? api.inTenant(tenant.id) : api;
    if (step.kind === 'callLimits') {
      await inside.put(paths.callLimits, file.callLimits);
    } else if (step.action === 'update') {
      const body = Object.fromEntries(step.changes.map(({ field, to }) => [field, to]));
      await inside.patch(`${paths[step.kind]}/${step.id}`, body);
    } else {
      await create(inside, step);
    }
    report(step);
  }

  async function create(inside: ApiClient, step: Step): Promise<void> {
    switch (step.kind) {
      case 'tenant': {
        tenant = await api.post<Tenant>(paths.tenant, file.tenant);
        for (const user of await api.inTenant(tenant.id).list<User>(paths.user))
          users.set(user.userName, user.id);
        return;
      }
      case 'location': {
        const wanted = found(
          file.locations.find((location) => location.name === step.name),
          step.name,
        );
        locations.set(wanted.name, (await inside.post<Location>(paths.location, wanted)).id);
        return;
      }
      case 'lineGroup': {
        const wanted = found(
          file.lineGroups.find((group) => group.name === step.name),
          step.name,
        );
        const { lines: _lines, location, ...fields } = wanted;
        // Only what the file says: a PBX template's presets stand for the rest.
        const said = literal.lineGroups?.[file.lineGroups.indexOf(wanted)] ?? {};
        const body = Object.fromEntries(Object.entries(fields).filter(([name]) => name in said));
        const locationId = found(locations.get(location), `location ${location}`);
        groups.set(
          wanted.name,
          (await inside.post<LineGroup>(paths.lineGroup, { ...body, locationId })).id,
        );
        return;
      }
      case 'line': {
        const group = found(
          file.lineGroups.find((candidate) => candidate.name === step.group),
          `line group ${step.group}`,
        );
        const wanted = found(
          group.lines.find((line) => line.number + line.suffix === step.name),
          `line ${step.name}`,
        );
        const lineGroupId = found(groups.get(group.name), `line group ${group.name}`);
        const { location, ...fields } = wanted;
        const locationId = location && found(locations.get(location), `location ${location}`);
        await inside.post(paths.line, { ...fields, lineGroupId, ...(location && { locationId }) });
        return;
      }
      case 'user': {
        // The first admin came with the tenant; the file may describe the same person again.
        if (users.has(step.name)) return;
        const wanted = found(
          file.users.find((user) => user.userName === step.name),
          `user ${step.name}`,
        );
        await inside.post(paths.user, wanted);
        return;
      }
    }
  }
}
