import { QueryClient } from '@tanstack/react-query';
import type { Api } from '@trunkline/ui/api/client.ts';
import { ApiError } from '@trunkline/ui/api/errors.ts';
import type { Profile, Session } from '@trunkline/ui/api/session.ts';
import { createRealtime, type Realtime } from '@trunkline/ui/realtime/socket.ts';
import { createLive, type Live } from '@trunkline/ui/stores/live.ts';
import { createContext, useContext } from 'react';
import { api, session } from './session.ts';

/** What a signed-in page of the portal needs. */
export interface Services {
  readonly api: Api;
  readonly session: Session;
  readonly profile: Profile;
  readonly live: Live;
  readonly realtime: Pick<Realtime, 'state' | 'wake'>;
  readonly client: QueryClient;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('useServices outside of ServicesContext');
  return services;
}

/** Connects the socket for live line states; `stop` takes it down. */
export function startServices(profile: Profile): Services & { stop(): void } {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) =>
          failures < 2 && error instanceof ApiError && (error.unreachable || error.status >= 500),
        staleTime: 15_000,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
  const live = createLive();
  const { protocol, host } = window.location;
  const realtime = createRealtime({
    url: `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/v1/realtime`,
    token: () => session.accessToken(),
    renew: (stale) => session.refresh(stale),
    onEvent: live.onEvent,
    // An open portal is no telephone: it must not be rung nor count as signed in.
    capabilities: ['watch-only'],
  });
  const stopFresh = session.keepFresh();
  const leaveSession = session.state.subscribe(() => {
    const now = session.state.get();
    if (now.status === 'signed-in' && now.token) realtime.renewed(now.token.value);
  });
  const leaveSnapshot = live.onSnapshot(() => void client.invalidateQueries());
  const leaveDirectory = live.onDirectory(() => void client.invalidateQueries());
  return {
    api,
    session,
    profile,
    live,
    realtime,
    client,
    stop() {
      stopFresh();
      leaveSession();
      leaveSnapshot();
      leaveDirectory();
      realtime.stop();
    },
  };
}
