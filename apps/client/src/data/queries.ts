import {
  type InfiniteData,
  infiniteQueryOptions,
  QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import type { Page } from '@trunkline/contracts/pages.ts';
import type { Me, Person } from '@trunkline/contracts/people.ts';
import type { Api } from '@trunkline/ui/api/client.ts';
import { ApiError } from '@trunkline/ui/api/errors.ts';
import type { JournalFilter } from '../router.tsx';
import { type KeptName, keep, kept } from './kept.ts';

/** Two more tries where waiting can help; refusals are final. */
function retry(failures: number, error: unknown): boolean {
  return failures < 2 && error instanceof ApiError && (error.unreachable || error.status >= 500);
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry,
        staleTime: 60_000,
        // The socket says what changed; a return to the window need not ask for everything.
        refetchOnWindowFocus: false,
        // Ask even when the browser believes to be offline: the service may be on this machine.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}

/** A query whose last answer is shown at once, also without network. */
function remembered<T>(
  user: string,
  name: string,
  fetch: (signal: AbortSignal) => Promise<T>,
  place: KeptName = name,
) {
  const initial = kept<T>(user, place);
  return queryOptions({
    queryKey: [name],
    queryFn: async ({ signal }) => {
      const data = await fetch(signal);
      keep(user, place, data);
      return data;
    },
    ...(initial === undefined ? {} : { initialData: initial, initialDataUpdatedAt: 0 }),
  });
}

export const meQuery = (api: Api, user: string) =>
  remembered(user, 'me', (signal) => api.get<Me>('/v1/me', { signal }), 'me-2');

export const peopleQuery = (api: Api, user: string, language: string) =>
  queryOptions({
    ...remembered(user, 'people', (signal) => api.all<Person>('/v1/people', { signal })),
    select: (people: Person[]) =>
      [...people].sort((one, two) => one.displayName.localeCompare(two.displayName, language)),
  });

export type JournalPages = InfiniteData<Page<JournalEntry>, string | null>;

export const journalQuery = (api: Api, user: string, filter: JournalFilter) => {
  const initial = filter === 'all' ? kept<Page<JournalEntry>>(user, 'journal') : undefined;
  return infiniteQueryOptions({
    queryKey: ['journal', filter],
    queryFn: async ({ pageParam, signal }) => {
      const page = await api.get<Page<JournalEntry>>('/v1/journal', {
        query: { filter, limit: 50, cursor: pageParam ?? undefined },
        signal,
      });
      if (filter === 'all' && pageParam === null) keep(user, 'journal', page);
      return page;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    ...(initial
      ? { initialData: { pages: [initial], pageParams: [null] }, initialDataUpdatedAt: 0 }
      : {}),
  });
};
