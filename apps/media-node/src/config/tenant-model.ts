import type { LineId, TenantId, UserId } from '@trunkline/contracts/ids.ts';
import type { NodeTenantConfig } from '@trunkline/contracts/node-config.ts';
import { lineNumber } from '@trunkline/numbers/display.ts';

export type LineGroupConfig = NodeTenantConfig['lineGroups'][number];
export type LineConfig = LineGroupConfig['lines'][number];
export type LocationConfig = NodeTenantConfig['locations'][number];

/** A line with what it belongs to. */
export interface LineEntry {
  readonly tenantId: TenantId;
  readonly line: LineConfig;
  readonly group: LineGroupConfig;
  readonly location: LocationConfig;
  /** Supercanonical number of the line with its suffix (LIN-012, LIN-013). */
  readonly number: string;
}

export interface Person {
  readonly userId: UserId;
  readonly displayName: string;
}

/** One tenant as call control looks at it. Made anew for each configuration document. */
export interface TenantModel {
  readonly tenantId: TenantId;
  readonly state: NodeTenantConfig['tenant']['state'];
  readonly locations: readonly LocationConfig[];
  readonly lines: ReadonlyMap<LineId, LineEntry>;
  /** Toll-fraud floor (VOX-133). */
  readonly limits: NodeTenantConfig['limits'];
  /** Users with a line here: those this node serves. */
  readonly users: readonly UserId[];
  linesOfUser(userId: UserId): readonly LineEntry[];
  /** Who has a supercanonical number. */
  personOf(number: string): Person | undefined;
  /** A user's numbers and mailbox as in the directory. */
  entryOf(userId: UserId): NodeTenantConfig['directory'][number] | undefined;
  /** The line that has a supercanonical number, if it is one of ours (LIN-017). */
  lineOf(number: string): LineEntry | undefined;
}

/** Why a configuration cannot be used as it is, or null. */
export function inconsistency(config: NodeTenantConfig): string | null {
  const locations = new Set(config.locations.map((location) => location.id));
  for (const group of config.lineGroups) {
    if (!locations.has(group.locationId)) return `line group ${group.id}: unknown location`;
    const lost = group.lines.find((line) => line.locationId && !locations.has(line.locationId));
    if (lost) return `line ${lost.id}: unknown location`;
  }
  return null;
}

/** Indexes a tenant's configuration. It must be consistent. */
export function tenantModel(config: NodeTenantConfig): TenantModel {
  const locations = new Map(config.locations.map((location) => [location.id, location]));
  const lines = new Map<LineId, LineEntry>();
  const byUser = new Map<UserId, LineEntry[]>();
  for (const group of config.lineGroups) {
    for (const line of group.lines) {
      const location = locations.get(line.locationId ?? group.locationId);
      if (!location) continue;
      const entry: LineEntry = {
        tenantId: config.tenant.id,
        line,
        group,
        location,
        number: lineNumber(line.number, line.suffix, location),
      };
      lines.set(line.id, entry);
      for (const userId of line.userIds) byUser.set(userId, [...(byUser.get(userId) ?? []), entry]);
    }
  }
  const people = new Map<string, Person>();
  for (const { userId, displayName, numbers } of config.directory)
    for (const number of numbers) people.set(number, { userId, displayName });
  const directory = new Map(config.directory.map((entry) => [entry.userId, entry]));
  const byNumber = new Map<string, LineEntry>();
  // Of parallel phones (LIN-013) the one without suffix stands for the number.
  for (const entry of lines.values())
    if (!byNumber.has(entry.number) || entry.line.suffix === '') byNumber.set(entry.number, entry);
  return {
    tenantId: config.tenant.id,
    state: config.tenant.state,
    locations: config.locations,
    limits: config.limits,
    lines,
    users: [...byUser.keys()],
    linesOfUser: (userId) => byUser.get(userId) ?? [],
    personOf: (number) => people.get(number),
    entryOf: (userId) => directory.get(userId),
    lineOf: (number) => byNumber.get(number),
  };
}
