import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import { useServices } from '../app/services.ts';
import type { JournalPages } from '../data/queries.ts';
import { journalFilters } from '../router.tsx';
import { mergeEntry } from './entries.ts';

export interface EntryChange {
  note?: string;
  seen?: boolean;
}

/** Changes note or seen mark of an entry; every loaded list shows the answer. */
export function useUpdateEntry() {
  const { api } = useServices();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: EntryChange }) =>
      api.patch<JournalEntry>(`/v1/journal/${id}`, change),
    onSuccess: (entry) => {
      for (const filter of journalFilters)
        client.setQueryData<JournalPages>(['journal', filter], (pages) =>
          pages ? mergeEntry(pages, entry, filter) : pages,
        );
    },
  });
}
