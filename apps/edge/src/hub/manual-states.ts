import type { AccessClaims } from '@trunkline/contracts/auth.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { HubBus } from './bus.ts';
import { type HubStore, keyOf, type ManualPresence, type Whom } from './ports.ts';

/** States set by hand, loaded once per signed-in user and kept while one is signed in. */
export interface ManualStates {
  /** Loads the user's state, if it is not known yet. Never throws: without it, sign-in goes on. */
  load(claims: AccessClaims): Promise<void>;
  of(whom: Whom): ManualPresence | null;
  /** Stores a state and tells it. @throws TrunklineError of the store */
  set(claims: AccessClaims, input: ManualPresence): Promise<void>;
  /** Nobody is signed in as this user any more. */
  forget(whom: Whom): void;
  /** Renews facts, ends states whose time is over, tries again what could not be loaded. */
  sweep(): void;
}

interface Known {
  claims: AccessClaims;
  value: ManualPresence | null;
  /** When the present state was set, as far as this edge knows. */
  since: string;
  loaded: boolean;
  triedAt: number;
}

const retryMs = 10_000;

export const manualFactKey = (origin: string) => `manual ${origin}`;

export function createManualStates(options: {
  store: HubStore;
  bus: HubBus;
  origin: string;
  /** Life of the fact behind a state, milliseconds; renewed while the user is signed in. */
  ttlMs: number;
  /** Milliseconds the fact behind the user's state is still good for. */
  remaining: (whom: Whom) => number;
  /** True while the user has a session of any kind. */
  present: (whom: Whom) => boolean;
  clock: Clock;
  logger: Logger;
}): ManualStates {
  const { store, bus, origin, ttlMs, remaining, present, clock, logger } = options;
  const users = new Map<string, Known>();

  const whomOf = (claims: AccessClaims): Whom => ({ tenant: claims.tid, userId: claims.sub });

  /** Milliseconds until the state's own end. */
  function left(value: ManualPresence): number {
    if (value.until === null) return Number.POSITIVE_INFINITY;
    return Date.parse(value.until) - clock.now().getTime();
  }

  function tellFact(known: Known): void {
    const { value, since } = known;
    const state = value && left(value) > 0 ? value.state : null;
    bus.publish({
      t: 'fact',
      ...whomOf(known.claims),
      key: manualFactKey(origin),
      ttlMs: value && state ? Math.min(ttlMs, left(value)) : 0,
      fact: value && state ? { source: 'manual', state, since, note: value.note } : null,
    });
  }

  function tellOwner(known: Known): void {
    const data = { manual: known.value };
    bus.publish({ t: 'event', ...whomOf(known.claims), event: { type: 'presence.own', data } });
  }

  async function fetch(known: Known): Promise<void> {
    known.triedAt = clock.monotonic();
    try {
      const value = await store.getManual(known.claims);
      // A state set meanwhile is the newer one.
      if (known.loaded) return;
      known.value = value;
      known.loaded = true;
      tellFact(known);
    } catch (error) {
      logger.warn({ err: error, tenant: known.claims.tid }, 'manual presence not loaded');
    }
  }

  function know(claims: AccessClaims): Known {
    const key = keyOf(whomOf(claims));
    let known = users.get(key);
    if (!known) {
      const since = clock.now().toISOString();
      known = { claims, value: null, since, loaded: false, triedAt: Number.NEGATIVE_INFINITY };
      users.set(key, known);
    }
    known.claims = claims;
    return known;
  }

  function forget(whom: Whom): void {
    const known = users.get(keyOf(whom));
    if (!known) return;
    users.delete(keyOf(whom));
    tellFact({ ...known, value: null });
  }

  return {
    async load(claims) {
      const known = know(claims);
      if (!known.loaded) await fetch(known);
    },
    of: (whom) => users.get(keyOf(whom))?.value ?? null,
    async set(claims, input) {
      const value = await store.setManual(claims, input);
      const known = know(claims);
      Object.assign(known, { value, loaded: true, since: clock.now().toISOString() });
      tellFact(known);
      tellOwner(known);
    },
    forget,
    sweep() {
      for (const known of users.values()) {
        const whom = whomOf(known.claims);
        // Loaded for a sign-in that then did not happen, or for a window that only looked on.
        if (!present(whom) && clock.monotonic() - known.triedAt >= retryMs) {
          forget(whom);
          continue;
        }
        if (!known.loaded) {
          if (clock.monotonic() - known.triedAt >= retryMs)
            fetch(known).then(() => known.value && tellOwner(known));
          continue;
        }
        if (!known.value) continue;
        if (left(known.value) <= 0) {
          known.value = null;
          tellFact(known);
          tellOwner(known);
        } else if (remaining(whom) < ttlMs / 2) tellFact(known);
      }
    },
  };
}
