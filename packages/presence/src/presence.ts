import type { CallId } from '@trunkline/contracts/ids.ts';
import type { ManualState, PresenceState, PresenceView } from '@trunkline/contracts/presence.ts';

/** A sourced, expiring statement about one person (times: RFC 3339 UTC). */
export type PresenceFact = SessionFact | TelephonyFact | ManualFact;

interface FactTimes {
  readonly since: string;
  /** The fact counts for nothing from here on; null only for what a person set without an end. */
  readonly expiresAt: string | null;
}

/** A client of the user is signed in. */
export interface SessionFact extends FactTimes {
  readonly source: 'session';
  /** Device or session that states it. */
  readonly key: string;
}

/** A call of the user. */
export interface TelephonyFact extends FactTimes {
  readonly source: 'telephony';
  readonly key: CallId;
  readonly state: 'ringing' | 'dialling' | 'connected';
}

/** What the user set. */
export interface ManualFact extends FactTimes {
  readonly source: 'manual';
  readonly state: ManualState;
  readonly note: string;
}

/** A fact as the explanation shows it. */
export interface ExplainedFact {
  readonly fact: PresenceFact;
  /** decided: it made the state; counted: it spoke but another was stronger; expired: too old. */
  readonly role: 'decided' | 'counted' | 'expired';
}

export interface ExplainedPresence {
  readonly view: PresenceView;
  readonly facts: readonly ExplainedFact[];
  /** When the next fact expires and this must be computed again, else null. */
  readonly validUntil: string | null;
}

/**
 * A person's presence from facts (PLT-003), strongest first: appear offline · do not disturb · a
 * call (dialling or connected; ringing is no state of its own but a mark beside it) · any other manual state while
 * signed in · signed in. Pure: the same facts and time give the same answer and its proof.
 */
export function presenceOf(facts: readonly PresenceFact[], now: Date): ExplainedPresence {
  const at = now.getTime();
  const alive = facts.filter((fact) => fact.expiresAt === null || Date.parse(fact.expiresAt) > at);
  const manual = alive.findLast((fact) => fact.source === 'manual');
  const call = earliest(
    alive.filter((fact) => fact.source === 'telephony' && fact.state !== 'ringing'),
  );
  const session = earliest(alive.filter((fact) => fact.source === 'session'));
  const [state, decided] = decide(manual, call, session);
  const view: PresenceView = {
    state,
    since: decided?.since ?? null,
    // Who appears offline shows no note either: it would give the person away.
    note: state === 'offline' ? '' : (manual?.note ?? ''),
    source:
      decided?.source === 'manual' && state === 'offline' ? 'none' : (decided?.source ?? 'none'),
    // Nor that a telephone rings at them.
    ringing:
      manual?.state !== 'appear_offline' &&
      alive.some((fact) => fact.source === 'telephony' && fact.state === 'ringing'),
  };
  if (state === 'offline' && decided?.source === 'manual') view.since = null;
  return {
    view,
    facts: facts.map((fact) => ({
      fact,
      role: fact === decided ? 'decided' : alive.includes(fact) ? 'counted' : 'expired',
    })),
    validUntil: nextExpiry(alive),
  };
}

function decide(
  manual: ManualFact | undefined,
  call: PresenceFact | undefined,
  session: PresenceFact | undefined,
): [PresenceState, PresenceFact | undefined] {
  if (manual?.state === 'appear_offline') return ['offline', manual];
  const present = call ?? session;
  if (manual?.state === 'do_not_disturb' && present) return ['do_not_disturb', manual];
  if (call) return ['on_the_phone', call];
  if (!session) return ['offline', undefined];
  if (manual) return [manual.state, manual];
  return ['available', session];
}

function earliest(facts: readonly PresenceFact[]): PresenceFact | undefined {
  return facts.toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since))[0];
}

function nextExpiry(facts: readonly PresenceFact[]): string | null {
  const times = facts.flatMap((fact) => (fact.expiresAt === null ? [] : [fact.expiresAt]));
  return times.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
}
