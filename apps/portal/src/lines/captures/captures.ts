import { useQuery } from '@tanstack/react-query';
import type { Capture } from '@trunkline/contracts/captures.ts';
import { useServices } from '../../app/services.ts';

/** A running capture grows before one's eyes: asked for again this often, ms. */
const runningMs = 2_000;
/** Others may start one. */
const quietMs = 20_000;

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

/** The groups that are recorded right now; one question for all of them. */
export function useRecordedGroups(): ReadonlySet<string> {
  const { api } = useServices();
  const { data } = useQuery({
    queryKey: ['captures', 'running'],
    queryFn: ({ signal }) =>
      api.all<Capture>('/v1/captures', { signal, query: { state: 'running' } }),
    refetchInterval: quietMs,
  });
  return new Set(data?.map(({ lineGroupId }) => lineGroupId));
}
