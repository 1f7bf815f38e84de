import { QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import { configure, render } from '@testing-library/react';
import { callFunctions } from '@trunkline/contracts/call-functions.ts';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { noForwarding } from '@trunkline/contracts/forwarding.ts';
import type { Me, Person } from '@trunkline/contracts/people.ts';
import { createApi } from '@trunkline/ui/api/client.ts';
import { createSession, type Profile } from '@trunkline/ui/api/session.ts';
import { startI18n } from '@trunkline/ui/i18n/i18n.ts';
import { createLive } from '@trunkline/ui/stores/live.ts';
import { createStore } from '@trunkline/ui/stores/store.ts';
import type { ReactNode } from 'react';
import { vi } from 'vitest';
import { type Services, ServicesContext } from '../app/services.ts';
import { createCallLocks } from '../calls/call-locks.ts';
import type { OpenPeer } from '../calls/peer.ts';
import { createPhone } from '../calls/phone.ts';
import { createQueryClient } from '../data/queries.ts';
import { loadTexts } from '../i18n/index.ts';

// Lazy parts and their imports may take a while on a busy machine.
configure({ asyncUtilTimeout: 15_000 });
// Their imports are the largest part of these tests: 20 s are not always enough for them.
vi.setConfig({ hookTimeout: 90_000, testTimeout: 60_000 });

export const startTexts = () => startI18n(loadTexts, 'en');

export const anna: Profile = {
  id: 'usr_01jd3zq7w4e6v8t0n5m2k9h3xa',
  tenantId: 'ten_01jd3zq7w4e6v8t0n5m2k9h3xa',
  identity: 'anna@demo.example',
  displayName: 'Anna Müller',
  roles: [],
  language: 'en',
  deviceId: 'dev_01jd3zq7w4e6v8t0n5m2k9h3xa',
};

export const ben: Person = {
  id: 'usr_01jd3zq7w4e6v8t0n5m2k9h3xb',
  displayName: 'Ben Weber',
  identity: 'ben@demo.example',
  email: null,
  numbers: [{ slot: 'business', number: '+49301234521', display: '21' }],
};

/** The signed-in user with one line that offers everything. */
export function ownMe(): Me {
  return {
    id: anna.id as Me['id'],
    tenantId: anna.tenantId as Me['tenantId'],
    tenantName: 'Demo',
    identity: anna.identity,
    displayName: anna.displayName,
    roles: [],
    scopes: ['client'],
    language: 'en',
    lines: [
      {
        id: 'lin_01jd3zq7w4e6v8t0n5m2k9h3xa',
        number: '+49301234520',
        display: '20',
        hideRejectButton: false,
        functions: [...callFunctions],
        featureCodes: [{ name: 'Night service on' }],
        callHandling: { doNotDisturb: false, forwarding: { ...noForwarding } },
      },
    ],
  };
}

export function incoming(more: Partial<CallView> = {}): CallView {
  return {
    id: 'cal_01jd3zq7w4e6v8t0n5m2k9h3xa',
    direction: 'incoming',
    state: 'ringing',
    remote: { number: '+49301234521', display: '21', name: 'Ben Weber', userId: ben.id },
    lineId: 'lin_01jd3zq7w4e6v8t0n5m2k9h3xa',
    lineNumber: '20',
    deviceId: null,
    startedAt: '2026-11-23T09:00:00.000Z',
    answeredAt: null,
    hideReject: false,
    emergency: false,
    held: false,
    remoteHeld: false,
    functions: [...callFunctions],
    forwardedBy: null,
    pbxEncrypted: null,
    transferring: false,
    end: null,
    ...more,
  };
}

export interface Command {
  type: string;
  data: Record<string, unknown>;
}

/** Media that goes nowhere: there is no WebRTC in the document these tests run in. */
export const noMedia: OpenPeer = () => ({
  offer: async () => 'v=0 an offer',
  accept: async () => undefined,
  setMuted: () => undefined,
  replaceMicrophone: async () => undefined,
  setSpeaker: async () => undefined,
  sendKey: () => false,
  sample: async () => ({
    at: 0,
    packetsReceived: 0,
    packetsLost: 0,
    jitter: 0,
    roundTrip: null,
    energy: 0,
    codec: null,
  }),
  play: () => undefined,
  close: () => undefined,
});

export interface Bench extends Services {
  /** What `/v1/me` answers. */
  me: Me;
  /** Answers `PUT` to a path with a status and a body; by default what was sent. */
  puts: Map<string, (sent: unknown) => [status: number, body: unknown]>;
  /** Every command the page sent. */
  commands: Command[];
  /** Answers the next commands of a type. */
  answers: Map<string, (data: Record<string, unknown>) => Promise<unknown>>;
  /** Sounds of the ring, and of a call that waits. */
  rings: { started: number; stopped: number; waiting: number };
}

/** The real stores and telephone with the outside world in the hands of the test. */
export function createBench(people: Person[] = [ben]): Bench {
  const live = createLive();
  const commands: Command[] = [];
  const answers: Bench['answers'] = new Map();
  const rings = { started: 0, stopped: 0, waiting: 0 };
  const command: Services['realtime']['command'] = (type, data) => {
    const sent = data as unknown as Record<string, unknown>;
    commands.push({ type, data: sent });
    return (answers.get(type) ?? (async () => ({})))(sent);
  };
  const tones = {
    ring: () => {
      rings.started += 1;
      return () => {
        rings.stopped += 1;
      };
    },
    ringback: () => () => undefined,
    waiting: () => {
      rings.waiting += 1;
      return () => undefined;
    },
    sample: () => 1,
    key: () => undefined,
    stop: () => undefined,
  };
  const me = ownMe();
  const puts: Bench['puts'] = new Map();
  const refreshed = {
    accessToken: 'token',
    tokenType: 'Bearer',
    expiresIn: 600,
    deviceId: anna.deviceId,
    user: anna,
  };
  const fetch = async (path: string, init?: RequestInit) => {
    if (init?.method === 'PUT') {
      const sent: unknown = JSON.parse(String(init.body));
      const [status, body] = puts.get(path)?.(sent) ?? [200, sent];
      return new Response(JSON.stringify(body), { status });
    }
    if (path === '/v1/auth/refresh') return new Response(JSON.stringify(refreshed));
    if (path === '/v1/me') return new Response(JSON.stringify(me));
    const items = path.startsWith('/v1/people') ? people : [];
    return new Response(JSON.stringify({ items, nextCursor: null }));
  };
  localStorage.setItem('trunkline.profile', JSON.stringify(anna));
  const session = createSession({ fetch, now: () => 0, locks: null, channel: null });
  return {
    me,
    puts,
    api: createApi(session, fetch),
    session,
    profile: anna,
    live,
    realtime: { state: createStore('online' as const), command, wake: () => undefined },
    phone: createPhone({
      calls: live.calls,
      onSnapshot: live.onSnapshot,
      command,
      openPeer: noMedia,
      microphone: async () => new MediaStream(),
      speaker: createStore({ id: '', volume: 1, missing: false }),
      tones,
      locks: createCallLocks(undefined),
      deviceId: anna.deviceId,
    }),
    tones,
    commands,
    answers,
    rings,
  };
}

/** Renders inside the services and a router that knows the paths pages link to. */
export function show(bench: Bench, ui: ReactNode) {
  const root = createRootRoute({ component: () => ui });
  const person = createRoute({ getParentRoute: () => root, path: '/people/$userId' });
  const router = createRouter({
    routeTree: root.addChildren([person]),
    history: createMemoryHistory(),
  });
  const view = render(
    <QueryClientProvider client={createQueryClient()}>
      <ServicesContext value={bench}>
        <RouterProvider router={router as never} />
      </ServicesContext>
    </QueryClientProvider>,
  );
  return { ...view, router };
}
