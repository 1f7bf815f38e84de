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
import { noHandling, readHandling } from '../call-handling/read-handling.ts';
import { found } from '../core/not-found.ts';
import { readLimits } from '../limits/read-limits.ts';
import { functionsOn, settledSrtp } from '../line-groups/group-settings.ts';
import { type LineGroupRow, rejectResponseOf } from '../line-groups/line-group-resource.ts';
import { locationResource } from '../locations/location-resource.ts';
import { directoryNumber } from '../people/directory-number.ts';
import { runningCaptures } from './running-captures.ts';

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
  now: Date,
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
  const captures = await runningCaptures(tx, now);
  const places = await tx.select().from(locations).orderBy(locations.id);
  return {
    tenant: { id: tenantId, state: tenant.state },
    locations: places.map(locationResource),
    lineGroups: groups.map((group) => ({
      ...groupConfig(group),
      capture: captures.get(group.id) ?? null,
      lines: linesByGroup.get(group.id) ?? [],
    })),
    limits: await readLimits(tx),
    directory: await readDirectory(tx, places.map(locationResource)),
  };
}

type ConfigGroup = NodeTenantConfig['lineGroups'][number];

/** A group as its node needs it: template and automatic settings settled. */
function groupConfig(row: LineGroupRow): Omit<ConfigGroup, 'capture' | 'lines'> {
  const {
    tenantId: _tenant,
    template: _template,
    locationMode: _mode,
    numbersAutomatic: _numbers,
    createdAt: _created,
    updatedAt: _updated,
    version: _version,
    ...fields
  } = row;
  return {
    ...fields,
    id: row.id as LineGroupId,
    locationId: row.locationId as LocationId,
    registerLineId: row.registerLineId as LineId | null,
    rejectResponse: rejectResponseOf(row.rejectResponse),
    srtp: settledSrtp(row),
    functions: functionsOn(row),
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

type ConfigLine = ConfigGroup['lines'][number];

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
  const handling = await readHandling(
    tx,
    rows.map((row) => row.id),
  );
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
      locationId: row.settledLocationId as LocationId | null,
      isTrunkLine: row.isTrunkLine,
      forwardList: row.forwardList,
      callHandling: handling.get(row.id) ?? noHandling,
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
    .select({
      userId: userPhones.userId,
      number: userPhones.normalised,
      slot: userPhones.slot,
      entered: userPhones.number,
    })
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
  const mailboxes = new Map(
    phones.flatMap(({ userId, slot, entered }) => (slot === 'mailbox' ? [[userId, entered]] : [])),
  );
  return people.map((person) => ({
    userId: person.id as UserId,
    displayName: person.displayName,
    numbers: [...new Set((numbers.get(person.id) ?? []).map((row) => row.number))].sort(),
    mailbox: mailboxes.get(person.id) ?? null,
  }));
}
