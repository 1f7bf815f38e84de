import { useInfiniteQuery } from '@tanstack/react-query';
import { useServices } from '../app/services.ts';
import { journalQuery } from '../data/queries.ts';
import { wantsAttention } from './entries.ts';

/** Missed calls nobody has looked at yet, among the newest fifty. */
export function useMissedCount(): number {
  const { api, profile } = useServices();
  const { data } = useInfiniteQuery(journalQuery(api, profile.id, 'missed'));
  return data?.pages[0]?.items.filter(wantsAttention).length ?? 0;
}
