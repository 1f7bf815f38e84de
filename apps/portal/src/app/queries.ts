import { useQuery } from '@tanstack/react-query';
import type { Line, LineGroup, LineState } from '@trunkline/contracts/lines.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import type { Page } from '@trunkline/contracts/pages.ts';
import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import type { User } from '@trunkline/contracts/users.ts';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { useServices } from './services.ts';

const collections = {
  users: '/v1/users',
  locations: '/v1/locations',
  groups: '/v1/line-groups',
  lines: '/v1/lines',
} as const;
type Collection = keyof typeof collections;

function useCollection<T>(name: Collection) {
  const { api } = useServices();
  return useQuery({
    queryKey: [name],
    queryFn: ({ signal }) => api.all<T>(collections[name], { signal }),
  });
}

export const useUsers = () => useCollection<User>('users');
export const useLocations = () => useCollection<Location>('locations');
export const useGroups = () => useCollection<LineGroup>('groups');

/** The known telephone systems; they change with the release only. */
export function useTemplates() {
  const { api } = useServices();
  return useQuery({
    queryKey: ['templates'],
    queryFn: async ({ signal }) =>
      (await api.get<Page<PbxTemplate>>('/v1/pbx-templates', { signal })).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Lines with their live state, which is newer than the fetched one. */
export function useLines() {
  const { live } = useServices();
  const states = useStore(live.lines);
  const query = useCollection<Line>('lines');
  const data = query.data?.map((line) => {
    const state: LineState | undefined = states[line.id];
    return state ? { ...line, state } : line;
  });
  return { ...query, data };
}

/** Takes a changed resource into the list it belongs to, without asking again. */
export function useKeep<T extends { id: string }>(name: Collection): (item: T) => void {
  const { client } = useServices();
  return (item) => {
    client.setQueryData<T[]>([name], (list) => {
      if (!list) return list;
      return list.some((each) => each.id === item.id)
        ? list.map((each) => (each.id === item.id ? item : each))
        : [...list, item];
    });
    // Numbers, lines and users are bound to each other by the service.
    void client.invalidateQueries();
  };
}

/** Takes a deleted resource out of its list, without asking again. */
export function useDrop(name: Collection): (id: string) => void {
  const { client } = useServices();
  return (id) => {
    client.setQueryData<{ id: string }[]>([name], (list) => list?.filter((each) => each.id !== id));
    void client.invalidateQueries();
  };
}
