import { useQueryClient } from '@tanstack/react-query';
import type { CallHandling } from '@trunkline/contracts/forwarding.ts';
import type { Me } from '@trunkline/contracts/people.ts';
import { useServices } from '../app/services.ts';
import { meQuery } from '../data/queries.ts';

/** Saves what the user set for a line, and shows it everywhere at once. Rejects with ApiError. */
export function useSaveCallHandling(
  line: Pick<Me['lines'][number], 'id'>,
): (handling: CallHandling) => Promise<void> {
  const { api, profile } = useServices();
  const client = useQueryClient();
  return async (handling) => {
    const { queryKey } = meQuery(api, profile.id);
    // An answer on its way was made before this change.
    await client.cancelQueries({ queryKey });
    const saved = await api.put<CallHandling>(`/v1/me/lines/${line.id}/call-handling`, handling);
    client.setQueryData(queryKey, (before) =>
      before
        ? {
            ...before,
            lines: before.lines.map((each) =>
              each.id === line.id ? { ...each, callHandling: saved } : each,
            ),
          }
        : before,
    );
  };
}
