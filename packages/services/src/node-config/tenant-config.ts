import type {
  LineGroupId,
  LineId,
  LocationId,
  MediaNodeId,
  TenantId,
  UserId,
} from '@trunkline/contracts/ids.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import type { NodeTenantConfig } from '@trunkline/contracts/node-config.ts';
import { nodeAssignments } from '@trunkline/database/control/regions.ts';
import { currentTenant } from '@trunkline/database/control/tenants.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lineAssignments, lineGroups, lines } from '@trunkline/database/tenant/lines.ts';
import { locations } from '@trunkline/database/tenant/locations.ts';
import { userPhones, users } from '@trunkline/database/tenant/users.ts';
import { and, eq, inArray, isNull } from 'drizzle-orm';
import { found } from '../core/not-found.ts';
import { rejectResponseOf } from '../line-groups/line-group-resource.ts';
import { locationResource } from '../locations/location-resource.ts';
import { directoryNumber } from '../people/directory-number.ts';

/** States in which a tenant's lines are registered; later the trunks are gone (PLT-015). */
const served = new Set(['trial', 'active', 'past_due', 'suspended']);

/**
 * What a media node needs of one tenant: the groups given to this node, all locations, names by
 * number. Passwords still sealed, so that the result can be compared with the last one.
 * @returns null when this node serves nothing of the tenant
 */
export async function readTenantConfig(
  tx: TenantTransaction,
  tenantId: TenantId,
  nodeId: MediaNodeId,
): Promise<NodeTenantConfig | null> {
  const groupIds = await assignedGroups(tx, tenantId, nodeId);
  const [tenantRow] = await tx.select().from(currentTenant);
  const tenant = found(tenantRow);
  if (groupIds.length === 0 || !served.has(tenant.state)) return null;
  const groups = await tx
    .select()
    .from(lineGroups)
    .where(inArray(lineGroups.id, groupIds))
    .orderBy(lineGroups.id);
  const linesByGroup = await readLines(tx, groupIds);
  const places = await tx.select().from(locations).orderBy(locations.id);
  return {
    tenant: { id: tenantId, state: tenant.state },
    locations: places.map(locationResource),
    lineGroups: groups.map((group) => ({
      id: group.id as LineGroupId,
      name: group.name,
      registrarHost: group.registrarHost,
      registrarPort: group.registrarPort,
      domain: group.domain,
      transport: group.transport,
      expiresSeconds: group.expiresSeconds,
      registerDelayMs: group.registerDelayMs,
      locationId: group.locationId as LocationId,
      journal: group.journal,
      notSignedInResponse: group.notSignedInResponse,
      rejectResponse: rejectResponseOf(group.rejectResponse),
      hideRejectButton: group.hideRejectButton,
      lines: linesByGroup.get(group.id) ?? [],
    })),
    directory: await readDirectory(tx, places.map(locationResource)),
  };
}

async function assignedGroups(
  tx: TenantTransaction,
  tenantId: TenantId,
  nodeId: MediaNodeId,
): Promise<string[]> {
  const rows = await tx
    .select({ id: nodeAssignments.lineGroupId })
    .from(nodeAssignments)
    .where(
      and(
        eq(nodeAssignments.tenantId, tenantId),
        eq(nodeAssignments.nodeId, nodeId),
        isNull(nodeAssignments.releasedAt),
      ),
    );
  return rows.map((row) => row.id);
}

type ConfigLine = NodeTenantConfig['lineGroups'][number]['lines'][number];

async function readLines(
  tx: TenantTransaction,
  groupIds: string[],
): Promise<Map<string, ConfigLine[]>> {
  const rows = await tx
    .select()
    .from(lines)
    .where(and(inArray(lines.lineGroupId, groupIds), eq(lines.useLine, true)))
    .orderBy(lines.id);
  const bound = await tx.select().from(lineAssignments).orderBy(lineAssignments.userId);
  const usersOf = Map.groupBy(bound, (row) => row.lineId);
  const result = new Map<string, ConfigLine[]>();
  for (const row of rows) {
    const list = result.get(row.lineGroupId) ?? [];
    result.set(row.lineGroupId, list);
    list.push({
      id: row.id as LineId,
      userName: row.userName,
      authUserName: row.authUserName,
      password: row.sealedPassword,
      number: row.number,
      suffix: row.suffix,
      journal: row.journal,
      privatePhone: row.privatePhone,
      userIds: [...new Set((usersOf.get(row.id) ?? []).map((one) => one.userId as UserId))],
    });
  }
  return result;
}

/** Names by number: the numbers of the users' lines, and what else was entered for them. */
async function readDirectory(
  tx: TenantTransaction,
  places: readonly Location[],
): Promise<NodeTenantConfig['directory']> {
  const people = await tx
    .select({ id: users.id, displayName: users.displayName })
    .from(users)
    .where(eq(users.enabled, true))
    .orderBy(users.id);
  const bound = await tx
    .select({ userId: lineAssignments.userId, number: lines.fullNumber })
    .from(lineAssignments)
    .innerJoin(
      lines,
      and(eq(lines.tenantId, lineAssignments.tenantId), eq(lines.id, lineAssignments.lineId)),
    );
  const phones = await tx
    .select({ userId: userPhones.userId, number: userPhones.normalised, slot: userPhones.slot })
    .from(userPhones);
  const numbers = Map.groupBy(
    [
      ...bound,
      ...phones.flatMap(({ userId, number, slot }) => {
        const full = slot === 'mailbox' ? null : directoryNumber(number, places);
        return full === null ? [] : [{ userId, number: full }];
      }),
    ],
    (row) => row.userId,
  );
  return people.map((person) => ({
    userId: person.id as UserId,
    displayName: person.displayName,
    numbers: [...new Set((numbers.get(person.id) ?? []).map((row) => row.number))].sort(),
  }));
}
