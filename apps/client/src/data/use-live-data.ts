import { useQueryClient } from '@tanstack/react-query';
import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import { useEffect } from 'react';
import { useServices } from '../app/services.ts';
import { mergeEntry } from '../journal/entries.ts';
import { journalFilters } from '../router.tsx';
import type { JournalPages } from './queries.ts';

/** Puts what the socket says into the fetched data. Used once, by the shell. */
export function useLiveData(): void {
  const { live } = useServices();
  const client = useQueryClient();
  useEffect(() => {
    const leave = [
      live.onJournal((entry: JournalEntry) => {
        for (const filter of journalFilters)
          client.setQueryData<JournalPages>(['journal', filter], (pages) =>
            pages ? mergeEntry(pages, entry, filter) : pages,
          );
      }),
      live.onDirectory(() => {
        void client.invalidateQueries({ queryKey: ['people'] });
        void client.invalidateQueries({ queryKey: ['me'] });
      }),
      live.onSnapshot(() => {
        // The stream was interrupted: what came in between must be fetched.
        void client.invalidateQueries();
      }),
    ];
    return () => {
      for (const each of leave) each();
    };
  }, [live, client]);
}
