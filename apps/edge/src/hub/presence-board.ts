import type { TenantId, UserId } from '@trunkline/contracts/ids.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import {
  type ExplainedPresence,
  type PresenceFact,
  presenceOf,
} from '@trunkline/presence/presence.ts';
import { getOrMake } from './get-or-make.ts';
import type { Whom } from './ports.ts';

type WithoutEnd<F> = F extends PresenceFact ? Omit<F, 'expiresAt'> : never;
/** A fact without its end: that is a duration here, not an instant. */
export type HeldFact = WithoutEnd<PresenceFact>;

interface Entry {
  fact: HeldFact;
  /** Monotonic time after which the fact counts no more, whatever the wall clock does. */
  deadline: number;
}

interface Person {
  whom: Whom;
  facts: Map<string, Entry>;
  explained: ExplainedPresence;
}

/**
 * The facts about everybody who is signed in or telephones, and the presence that follows from
 * them. Every fact has an end, so that no presence can stick.
 */
export interface PresenceBoard {
  /** Puts or renews the fact of a key. */
  put(whom: Whom, key: string, fact: HeldFact, ttlMs: number): void;
  drop(whom: Whom, key: string): void;
  /** Milliseconds a fact is still good for; 0 when there is none. */
  remaining(whom: Whom, key: string): number;
  /** Ends what is due and tells who changed thereby. */
  sweep(): void;
  /** The presence of one person with its facts, computed now. */
  explain(whom: Whom): ExplainedPresence;
  /** Everybody with facts; all others are offline. */
  ofTenant(tenant: TenantId): Iterable<{ whom: Whom; explained: ExplainedPresence }>;
}

export function createPresenceBoard(options: {
  clock: Clock;
  /** The visible part of somebody's presence changed. */
  onChange: (whom: Whom, explained: ExplainedPresence) => void;
}): PresenceBoard {
  const { clock, onChange } = options;
  const tenants = new Map<TenantId, Map<UserId, Person>>();
  /** Earliest deadline of all facts, so that a sweep without work costs nothing. */
  let nextDeadline = Number.POSITIVE_INFINITY;

  const find = (whom: Whom) => tenants.get(whom.tenant)?.get(whom.userId);

  function explain(entries: Iterable<Entry>): ExplainedPresence {
    const [now, at] = [clock.now(), clock.monotonic()];
    const facts: PresenceFact[] = [];
    for (const { fact, deadline } of entries)
      facts.push({ ...fact, expiresAt: new Date(now.getTime() + (deadline - at)).toISOString() });
    return presenceOf(facts, now);
  }

  function update(person: Person): void {
    const before = person.explained.view;
    person.explained = explain(person.facts.values());
    const after = person.explained.view;
    if (person.facts.size === 0) {
      const people = tenants.get(person.whom.tenant);
      people?.delete(person.whom.userId);
      if (people?.size === 0) tenants.delete(person.whom.tenant);
    }
    const same =
      before.state === after.state &&
      before.since === after.since &&
      before.note === after.note &&
      before.source === after.source &&
      before.ringing === after.ringing;
    if (!same) onChange(person.whom, person.explained);
  }

  return {
    put(whom, key, fact, ttlMs) {
      const people = getOrMake(tenants, whom.tenant, () => new Map<UserId, Person>());
      const person = getOrMake(people, whom.userId, () => ({
        whom,
        facts: new Map<string, Entry>(),
        explained: explain([]),
      }));
      const deadline = clock.monotonic() + ttlMs;
      nextDeadline = Math.min(nextDeadline, deadline);
      person.facts.set(key, { fact, deadline });
      update(person);
    },
    drop(whom, key) {
      const person = find(whom);
      if (person?.facts.delete(key)) update(person);
    },
    remaining(whom, key) {
      const entry = find(whom)?.facts.get(key);
      return entry ? Math.max(0, entry.deadline - clock.monotonic()) : 0;
    },
    sweep() {
      const now = clock.monotonic();
      if (now < nextDeadline) return;
      nextDeadline = Number.POSITIVE_INFINITY;
      for (const people of [...tenants.values()]) {
        for (const person of [...people.values()]) {
          let ended = false;
          for (const [key, entry] of person.facts) {
            if (entry.deadline <= now) ended = person.facts.delete(key) || ended;
            else nextDeadline = Math.min(nextDeadline, entry.deadline);
          }
          if (ended) update(person);
        }
      }
    },
    explain: (whom) => explain(find(whom)?.facts.values() ?? []),
    *ofTenant(tenant) {
      for (const { whom, explained } of tenants.get(tenant)?.values() ?? [])
        yield { whom, explained };
    },
  };
}
