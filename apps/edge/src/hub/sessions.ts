import type { AccessClaims } from '@trunkline/contracts/auth.ts';
import type { ErrorCode } from '@trunkline/contracts/errors.ts';
import type { Id, TenantId } from '@trunkline/contracts/ids.ts';
import { randomSecret } from '@trunkline/platform/bytes.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { HubBus } from './bus.ts';
import { byeFrame } from './frames.ts';
import type { HubLimits } from './limits.ts';
import { keyOf, type Whom } from './ports.ts';
import { createSession, type Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';
import { graceOver, type Standing, standingOf } from './standing.ts';

/** Birth and end of sessions, and the presence fact "signed in" that follows from them. */
export interface Sessions {
  /** What the token is good for here and now. */
  standing(claims: AccessClaims): Standing;
  /** True when this sign-in was ended (signed out, revoked) not long ago. */
  wasEnded(claims: AccessClaims): boolean;
  /** Undefined when the user has too many already. */
  open(claims: AccessClaims, kind: SessionKind): Session | undefined;
  /** A session was cut, resumed, or got another token. */
  changed(session: Session): void;
  /** Ends a session for good; the client is told why. */
  end(session: Session, why: ErrorCode): void;
  endSignIn(tenant: TenantId, sessionId: Id<'session'>): void;
  tenantState(tenant: TenantId, state: string): void;
  /** Notices were lost: no tenant counts as suspended until it is told again. */
  forgetTenantStates(): void;
  /** Ends what was cut too long ago and what came without a fresh token. */
  sweep(): void;
  /** Closes every socket; clients find another process. */
  stop(): void;
}

export type SessionKind = Pick<Session, 'emergencyOnly' | 'watchOnly'>;

/** A sign-in that was ended stays ended for as long as its tokens could live. */
const endedKeepMs = 24 * 3600 * 1000;
const maxEnded = 100_000;

export const sessionFactKey = (origin: string) => `session ${origin}`;
const closedTenantStates = new Set(['cancelled', 'purging', 'purged']);

export function createSessions(options: {
  registry: SessionRegistry;
  bus: HubBus;
  origin: string;
  limits: HubLimits;
  clock: Clock;
  logger: Logger;
  /** False while nobody could get a fresh token: then ended ones keep their sockets. */
  canRenew: () => boolean;
  /** Milliseconds the fact "signed in" of a user is still good for. */
  remaining: (whom: Whom) => number;
  /** The last session of a device is gone for good. */
  onDeviceGone: (session: Session) => void;
  /** The user is not signed in on any device any more. */
  onSignedOut: (whom: Whom) => void;
}): Sessions {
  const { registry, bus, origin, limits, clock, logger } = options;
  const suspended = new Set<TenantId>();
  const ended = new Map<string, number>();
  /** Since when users are signed in. */
  const signedIn = new Map<string, { whom: Whom; since: string }>();
  const factMs = limits.silenceMs + limits.sessionKeepMs;

  function tellFact(whom: Whom, present = registry.signedInDevices(whom) > 0): void {
    const key = keyOf(whom);
    const known = signedIn.get(key);
    if (!present && !known) return;
    const since = known?.since ?? clock.now().toISOString();
    if (present) signedIn.set(key, { whom, since });
    else signedIn.delete(key);
    bus.publish({
      t: 'fact',
      ...whom,
      key: sessionFactKey(origin),
      ttlMs: present ? factMs : 0,
      fact: present ? { source: 'session', key: origin, since } : null,
    });
    if (!present) options.onSignedOut(whom);
  }

  function standing(claims: AccessClaims): Standing {
    const context = { now: clock.now(), graceMs: limits.tokenGraceMs };
    return standingOf(claims, { ...context, suspended: suspended.has(claims.tid) });
  }

  function language(session: Session) {
    return session.claims.lang;
  }

  function end(session: Session, why: ErrorCode): void {
    if (!registry.remove(session)) return;
    session.disconnect(1008, why, clock.monotonic(), byeFrame(why, language(session)));
    if (!session.watchOnly && registry.ofDevice(session.whom, session.deviceId).length === 0)
      options.onDeviceGone(session);
    tellFact(session.whom);
  }

  /** Makes room for one more session of a user: the one cut longest ago goes. */
  function makeRoom(whom: Whom): boolean {
    const own = [...registry.ofUser(whom)];
    if (own.length < limits.sessionsPerUser) return true;
    const oldest = own
      .filter((session) => !session.attached)
      .sort((a, b) => (a.cutAt ?? 0) - (b.cutAt ?? 0))[0];
    if (!oldest) return false;
    end(oldest, 'rate_limited');
    return true;
  }

  function tenantState(tenant: TenantId, state: string): void {
    if (closedTenantStates.has(state)) {
      for (const session of [...registry.ofTenant(tenant)]) end(session, 'tenant_suspended');
      return;
    }
    if (state === 'suspended') suspended.add(tenant);
    else suspended.delete(tenant);
    const users = new Map<string, Whom>();
    for (const session of registry.ofTenant(tenant)) {
      const now = standing(session.claims);
      // One that came in for emergencies with an ended token stays what it is.
      const emergencyOnly =
        now.is === 'emergency' && (now.because === 'tenant_suspended' || session.emergencyOnly);
      session.renew(session.claims, emergencyOnly);
      users.set(keyOf(session.whom), session.whom);
    }
    for (const whom of users.values()) tellFact(whom);
  }

  return {
    standing,
    wasEnded: (claims) => ended.has(claims.sid),
    open(claims, kind) {
      if (!makeRoom({ tenant: claims.tid, userId: claims.sub })) return undefined;
      const session = createSession({
        claims,
        ...kind,
        resumeToken: randomSecret(24),
        limits,
        now: () => clock.monotonic(),
        onSlow: (slow) =>
          logger.warn({ tenant: slow.whom.tenant, user: slow.whom.userId }, 'slow client cut'),
      });
      // Told before the session hears of anything: its stream begins with the snapshot.
      if (!kind.emergencyOnly && !kind.watchOnly) tellFact(session.whom, true);
      registry.add(session);
      return session;
    },
    changed: (session) => tellFact(session.whom),
    end,
    endSignIn(tenant, sessionId) {
      const oldest = ended.keys().next().value;
      if (ended.size >= maxEnded && oldest !== undefined) ended.delete(oldest);
      ended.set(sessionId, clock.monotonic());
      for (const session of [...registry.ofTenant(tenant)])
        if (session.claims.sid === sessionId) end(session, 'session_expired');
    },
    tenantState,
    forgetTenantStates() {
      for (const tenant of [...suspended]) tenantState(tenant, 'active');
    },
    sweep() {
      const now = clock.monotonic();
      const context = { now: clock.now(), graceMs: limits.tokenGraceMs };
      const canRenew = options.canRenew();
      for (const session of [...registry.all()]) {
        if (session.cutAt !== undefined && now - session.cutAt >= limits.sessionKeepMs)
          end(session, 'session_expired');
        else if (session.attached && canRenew && !session.emergencyOnly) {
          if (graceOver(session.claims, context)) {
            const bye = byeFrame('session_expired', language(session));
            session.disconnect(1008, 'session_expired', now, bye);
          }
        }
      }
      for (const [id, at] of ended) {
        if (now - at < endedKeepMs) break;
        ended.delete(id);
      }
      for (const { whom } of [...signedIn.values()])
        if (options.remaining(whom) < factMs / 2) tellFact(whom);
    },
    stop() {
      for (const session of registry.all())
        session.disconnect(1012, 'service restart', clock.monotonic());
    },
  };
}
