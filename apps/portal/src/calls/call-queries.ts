import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { CallRecord, CallTimeline } from '@trunkline/contracts/call-records.ts';
import type { Page } from '@trunkline/contracts/pages.ts';
import { useServices } from '../app/services.ts';
import { type CallFilter, queryOf } from './call-filter.ts';

const pageSize = 50;
/** How often lists and timelines with running calls are asked for again, ms. */
const refreshMs = 5_000;

/** The calls that match, newest first, page by page; the service filters. */
export function useCalls(filter: CallFilter) {
  const { api } = useServices();
  return useInfiniteQuery({
    queryKey: ['calls', queryOf(filter)],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<CallRecord>>('/v1/calls', {
        signal,
        query: {
          ...queryOf(filter),
          limit: pageSize,
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: refreshMs,
  });
}

/** One call with its events; asked for again while it lives. */
export function useTimeline(callId: string) {
  const { api } = useServices();
  return useQuery({
    queryKey: ['call', callId],
    queryFn: ({ signal }) => api.get<CallTimeline>(`/v1/calls/${callId}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.call.endedAt === null ? refreshMs : false),
  });
}
