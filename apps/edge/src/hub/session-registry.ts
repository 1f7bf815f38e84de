import type { DeviceId, TenantId } from '@trunkline/contracts/ids.ts';
import { getOrMake } from './get-or-make.ts';
import { keyOf, type Whom } from './ports.ts';
import type { Session } from './session.ts';

/** All sessions of this hub, found by tenant, by user and by resume token. */
export interface SessionRegistry {
  readonly size: number;
  add(session: Session): void;
  remove(session: Session): boolean;
  has(session: Session): boolean;
  byResumeToken(token: string): Session | undefined;
  ofTenant(tenant: TenantId): Iterable<Session>;
  /** Tenants with sessions. */
  tenants(): TenantId[];
  ofUser(whom: Whom): ReadonlySet<Session>;
  /** Those of a device that can hold calls. */
  ofDevice(whom: Whom, deviceId: DeviceId): Session[];
  /**
   * Devices on which the user is signed in: tabs of one browser count once, windows that only
   * look on or only make emergency calls not at all.
   */
  signedInDevices(whom: Whom): number;
  all(): Iterable<Session>;
}

const none: ReadonlySet<Session> = new Set();

export function createSessionRegistry(): SessionRegistry {
  const byToken = new Map<string, Session>();
  const tenants = new Map<TenantId, Set<Session>>();
  const users = new Map<string, Set<Session>>();

  function put<K extends string>(index: Map<K, Set<Session>>, key: K, session: Session): void {
    getOrMake(index, key, () => new Set<Session>()).add(session);
  }
  function take<K extends string>(index: Map<K, Set<Session>>, key: K, session: Session): void {
    const found = index.get(key);
    found?.delete(session);
    if (found?.size === 0) index.delete(key);
  }

  const ofUser = (whom: Whom) => users.get(keyOf(whom)) ?? none;

  return {
    get size() {
      return byToken.size;
    },
    add(session) {
      byToken.set(session.resumeToken, session);
      put(tenants, session.whom.tenant, session);
      put(users, keyOf(session.whom), session);
    },
    remove(session) {
      if (!byToken.delete(session.resumeToken)) return false;
      take(tenants, session.whom.tenant, session);
      take(users, keyOf(session.whom), session);
      return true;
    },
    has: (session) => byToken.get(session.resumeToken) === session,
    byResumeToken: (token) => byToken.get(token),
    ofTenant: (tenant) => tenants.get(tenant) ?? none,
    tenants: () => [...tenants.keys()],
    ofUser,
    ofDevice: (whom, deviceId) =>
      [...ofUser(whom)].filter((session) => session.deviceId === deviceId && !session.watchOnly),
    signedInDevices(whom) {
      const devices = new Set<DeviceId>();
      for (const session of ofUser(whom))
        if (!session.emergencyOnly && !session.watchOnly) devices.add(session.deviceId);
      return devices.size;
    },
    all: () => byToken.values(),
  };
}
