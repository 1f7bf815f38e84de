import type { TenantId, UserId } from '@trunkline/contracts/ids.ts';

/** The four presets of USR-076, each containing the one before, and "nothing". */
export const permissionLevels = ['none', 'public', 'business', 'team', 'personal'] as const;
export type PermissionLevel = (typeof permissionLevels)[number];

/** What all colleagues of a tenant have on one another unless more is granted (USR-098). */
export const defaultPermissionLevel: PermissionLevel = 'business';

/** A user as rights know one: never without the tenant. */
export interface Principal {
  readonly tenant: TenantId;
  readonly userId: UserId;
}

/** Which parts of a presence a watcher gets (`presence.see`, `tel.state`, `note.see` of USR-075). */
export interface PresenceFields {
  /** Present, absent, busy, … */
  readonly state: boolean;
  /** That it is the telephone which makes somebody busy, and which input decided at all. */
  readonly telephony: boolean;
  readonly since: boolean;
  readonly note: boolean;
  /** Also what is hidden from every other: "appear offline" as what it is. */
  readonly own: boolean;
}

const own: PresenceFields = {
  state: true,
  telephony: true,
  since: true,
  note: true,
  own: true,
};
const colleague: PresenceFields = { ...own, own: false };
const stranger: PresenceFields = { ...colleague, telephony: false };

/** Columns of USR-079 for presence: the line state begins with "business", the rest with "public". */
const byLevel: Readonly<Record<PermissionLevel, PresenceFields | undefined>> = {
  none: undefined,
  public: stranger,
  business: colleague,
  team: colleague,
  personal: colleague,
};

/**
 * What `watcher` may see of the presence of `target`, whose effective level towards the watcher
 * is `level`; undefined is nothing at all. Across tenants nobody sees anything, whatever the
 * level (PLT-018 e). The objects returned are constants: callers may group by identity.
 */
export function maySeePresence(
  watcher: Principal,
  target: Principal,
  level: PermissionLevel,
): PresenceFields | undefined {
  if (watcher.tenant !== target.tenant) return undefined;
  if (watcher.userId === target.userId) return own;
  return byLevel[level];
}
