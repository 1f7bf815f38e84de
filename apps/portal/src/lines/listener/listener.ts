import { useQuery } from '@tanstack/react-query';
import type { GroupListener } from '@trunkline/contracts/listeners.ts';
import { useServices } from '../../app/services.ts';

/** While no media node has told where it listens it is asked again this often, ms. */
const unknownMs = 5_000;
const quietMs = 60_000;

/** Where a line group's telephone system reaches us. */
export function useListener(groupId: string) {
  const { api } = useServices();
  return useQuery({
    queryKey: ['listener', groupId],
    queryFn: ({ signal }) =>
      api.get<GroupListener>(`/v1/line-groups/${groupId}/listener`, { signal }),
    refetchInterval: ({ state }) => (state.data?.address == null ? unknownMs : quietMs),
  });
}
