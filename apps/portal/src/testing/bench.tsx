import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import { configure, render } from '@testing-library/react';
import { createApi } from '@trunkline/ui/api/client.ts';
import { createSession, type Profile } from '@trunkline/ui/api/session.ts';
import { startI18n } from '@trunkline/ui/i18n/i18n.ts';
import { createLive } from '@trunkline/ui/stores/live.ts';
import { createStore } from '@trunkline/ui/stores/store.ts';
import type { ReactNode } from 'react';
import { vi } from 'vitest';
import { type Services, ServicesContext } from '../app/services.ts';
import { loadTexts } from '../i18n/index.ts';

// A busy machine may need a while.
configure({ asyncUtilTimeout: 15_000 });
// Their imports are the largest part of these tests: 20 s are not always enough for them.
vi.setConfig({ hookTimeout: 90_000, testTimeout: 60_000 });

export const startTexts = () => startI18n(loadTexts, 'en');

const admin: Profile = {
  id: 'usr_01jd3zq7w4e6v8t0n5m2k9h3xa',
  tenantId: 'ten_01jd3zq7w4e6v8t0n5m2k9h3xa',
  identity: 'admin@demo.example',
  displayName: 'Admin',
  roles: ['owner'],
  language: 'en',
  deviceId: 'dev_01jd3zq7w4e6v8t0n5m2k9h3xa',
};

/** What the service answers, by method and path such as `GET /v1/lines`. */
export type Answers = ReadonlyMap<string, () => Response | Promise<Response>>;

/** The real stores and API of the portal; the service is in the hands of the test. */
function servicesOf(answers: Answers): Services {
  const fetch = async (path: string, init?: RequestInit) => {
    if (path === '/v1/auth/refresh')
      return Response.json({
        accessToken: 'token',
        tokenType: 'Bearer',
        expiresIn: 600,
        deviceId: admin.deviceId,
        user: admin,
      });
    const answer = answers.get(`${init?.method ?? 'GET'} ${path}`);
    if (!answer) throw new Error(`no answer for ${init?.method ?? 'GET'} ${path}`);
    return answer();
  };
  localStorage.setItem('trunkline.profile', JSON.stringify(admin));
  const session = createSession({ fetch, now: () => 0, locks: null, channel: null });
  return {
    api: createApi(session, fetch),
    session,
    profile: admin,
    live: createLive(),
    realtime: { state: createStore('online' as const), wake: () => undefined },
    client: new QueryClient({ defaultOptions: { queries: { retry: false } } }),
  };
}

/** Renders inside the services and a router that knows the paths the views link to. */
export function show(ui: ReactNode, answers: Answers) {
  const services = servicesOf(answers);
  const root = createRootRoute({ component: () => ui });
  const call = createRoute({ getParentRoute: () => root, path: '/calls/$callId' });
  const router = createRouter({
    routeTree: root.addChildren([call]),
    history: createMemoryHistory(),
  });
  return render(
    <QueryClientProvider client={services.client}>
      <ServicesContext value={services}>
        <RouterProvider router={router as never} />
      </ServicesContext>
    </QueryClientProvider>,
  );
}
