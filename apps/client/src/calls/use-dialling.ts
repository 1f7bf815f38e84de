import { useQuery } from '@tanstack/react-query';
import type { CallFunction } from '@trunkline/contracts/call-functions.ts';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { useServices } from '../app/services.ts';
import { meQuery } from '../data/queries.ts';
import { type Dialling, diallingOf } from './leg.ts';

/** Whether one of the own lines offers a function at all (LIN-026); unknown counts as `before`. */
export function useFunction(name: CallFunction, before: boolean): boolean {
  const { api, profile } = useServices();
  const lines = useQuery(meQuery(api, profile.id)).data?.lines;
  if (!lines || lines.length === 0) return before;
  return lines.some((line) => line.functions.includes(name));
}

/** What a click on "call" would do now; `off` where the lines offer no calls of one's own. */
export function useDialling(): Dialling | 'off' {
  const { live, phone } = useServices();
  // Both stores count; each answer is a word, so nothing is drawn again while it stays the same.
  useStore(live.calls, (calls) => diallingOf(phone.legs.get(), calls));
  const now = useStore(phone.legs, (legs) => diallingOf(legs, live.calls.get()));
  const offered = useFunction('dial', true);
  return offered ? now : 'off';
}
