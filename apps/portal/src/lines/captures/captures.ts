import { useQueries, useQuery } from '@tanstack/react-query';
import type { Capture } from '@trunkline/contracts/captures.ts';
import type { Page } from '@trunkline/contracts/pages.ts';
import { useServices } from '../../app/services.ts';

/** A running capture grows before one's eyes: asked for again this often, ms. */
const runningMs = 2_000;
/** Others may start one. */
const quietMs = 20_000;
/** Lists look after this many groups; beyond it the icon is on the group's page only. */
const maxWatched = 50;

const pathOf = (groupId: string) => `/v1/line-groups/${groupId}/captures`;

export const runningOf = (captures: readonly Capture[] | undefined): Capture | undefined =>
  captures?.find(({ state }) => state === 'running');

export function useCaptures(groupId: string) {
  const { api } = useServices();
  return useQuery({
    queryKey: ['captures', groupId],
    queryFn: ({ signal }) => api.all<Capture>(pathOf(groupId), { signal }),
    refetchInterval: ({ state }) => (runningOf(state.data) ? runningMs : quietMs),
  });
}

/** The groups that are recorded right now. */
export function useRecordedGroups(groupIds: readonly string[]): ReadonlySet<string> {
  const { api } = useServices();
  return useQueries({
    queries: groupIds.slice(0, maxWatched).map((id) => ({
      queryKey: ['captures', id, 'newest'],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        // One at a time is recorded, and the newest comes first.
        api.get<Page<Capture>>(pathOf(id), { signal, query: { limit: 1 } }),
      refetchInterval: quietMs,
    })),
    combine: (results) =>
      new Set(
        groupIds.slice(0, maxWatched).filter((_id, at) => runningOf(results[at]?.data?.items)),
      ),
  });
}
