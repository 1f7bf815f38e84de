import { useQueryClient } from '@tanstack/react-query';
import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import { useEffect } from 'react';
import { useServices } from '../app/services.ts';
import { mergeEntry } from '../journal/entries.ts';
import { journalFilters } from '../router.tsx';
import { type JournalPages, journalQuery } from './queries.ts';

/** Puts what the socket says into the fetched data. Used once, by the shell. */
export function useLiveData(): void {
  const { api, live, profile } = useServices();
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
  useEffect(() => {
    // So that the newest calls can be read without network before the page was ever opened.
    const timer = setTimeout(() => {
      void client.prefetchInfiniteQuery(journalQuery(api, profile.id, 'all'));
    }, 1_000);
    return () => clearTimeout(timer);
  }, [api, client, profile.id]);
}
