/** One of the two tenant settings of the unanswered mark (SVC-015). */
export type MarkRule = 'none' | 'first' | 'last' | 'all';

export interface UnansweredRules {
  /** S1: calls nobody answered. */
  readonly unansweredFor: MarkRule;
  /** S2: calls answered by a forwarding target or another participant. */
  readonly answeredElsewhereFor: MarkRule;
}

/** A participant at whom the call rang, once, however many phones rang (SVC-016). */
export interface Rung {
  readonly userId: string;
  /** Earliest start of ringing, milliseconds of any common clock. */
  readonly firstRangAt: number;
  /** Latest start of ringing; differs from the first in cyclic distribution. */
  readonly lastRangAt: number;
}

export interface CallOutcome {
  readonly rang: readonly Rung[];
  /** Who answered: a participant, `other` for a target we do not know, or null for nobody. */
  readonly answeredBy: string | 'other' | null;
  /** A leg ended because somebody picked the call up (SVC-019). */
  readonly pickedUp: boolean;
  /** A user sent the ringing call elsewhere with the client. */
  readonly redirectedByUser: boolean;
}

/**
 * Who gets the unanswered mark at the end of a call: the decision table of SVC-017, first matching
 * row. Returns user ids in order of first ringing.
 */
export function unansweredMarks(outcome: CallOutcome, rules: UnansweredRules): string[] {
  const { rang, answeredBy } = outcome;
  if (rang.length === 0 || outcome.pickedUp || outcome.redirectedByUser) return [];
  const first = byTime(rang, 'firstRangAt');
  if (answeredBy === null) return choose(rang, rules.unansweredFor);
  if (first.length === 1 && first[0]?.userId === answeredBy) return [];
  return choose(
    rang.filter((participant) => participant.userId !== answeredBy),
    rules.answeredElsewhereFor,
  );
}

function byTime(rang: readonly Rung[], key: 'firstRangAt' | 'lastRangAt'): Rung[] {
  return rang.toSorted((left, right) => left[key] - right[key]);
}

function choose(rang: readonly Rung[], rule: MarkRule): string[] {
  switch (rule) {
    case 'none':
      return [];
    case 'first':
      return byTime(rang, 'firstRangAt')
        .slice(0, 1)
        .map((participant) => participant.userId);
    case 'last':
      return byTime(rang, 'lastRangAt')
        .slice(-1)
        .map((participant) => participant.userId);
    case 'all':
      return byTime(rang, 'firstRangAt').map((participant) => participant.userId);
  }
}
