import { isId } from '@trunkline/contracts/ids.ts';

/** What the address of the list says: search, outcome and line group. */
export interface CallFilter {
  q?: string;
  outcome?: Outcome;
  group?: string;
}

export const outcomes = ['problem', 'unanswered', 'answered', 'live'] as const;
export type Outcome = (typeof outcomes)[number];

/** Reads the filter out of an address; what is not understood is left out. */
export function readCallFilter(search: Record<string, unknown>): CallFilter {
  const { q, outcome, group } = search;
  const known = outcomes.find((each) => each === outcome);
  return {
    ...(typeof q === 'string' && q.trim() !== '' ? { q: q.slice(0, 60) } : {}),
    ...(known ? { outcome: known } : {}),
    ...(typeof group === 'string' && isId('lineGroup', group) ? { group } : {}),
  };
}

/** The API's query of a filter; the service searches from two characters on. */
export function queryOf({ q = '', outcome, group }: CallFilter): Record<string, string> {
  const search = q.trim();
  return {
    ...(search.length >= 2 ? { search } : {}),
    ...(outcome ? { outcome } : {}),
    ...(group ? { lineGroupId: group } : {}),
  };
}
