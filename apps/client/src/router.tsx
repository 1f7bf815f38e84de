import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { Crash } from '@trunkline/ui/components/crash.tsx';
import { session } from './app/session.ts';

export interface SignInSearch {
  /** Where to go afterwards, a path of this app. */
  next?: string;
  /** Error code that ended the last session. */
  reason?: string;
}
export const journalFilters = ['all', 'missed', 'incoming', 'outgoing'] as const;
export type JournalFilter = (typeof journalFilters)[number];

const rootRoute = createRootRoute({ component: Outlet });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): SignInSearch => ({
    // Only paths of our own: an address with a host would lead people elsewhere.
    ...(typeof search.next === 'string' && /^\/(?![/\\])/.test(search.next)
      ? { next: search.next }
      : {}),
    ...(typeof search.reason === 'string' ? { reason: search.reason } : {}),
  }),
  beforeLoad: ({ search }) => {
    if (session.state.get().status === 'signed-in')
      throw redirect({ href: search.next ?? '/people' });
  },
  component: lazyRouteComponent(() => import('./sign-in/sign-in-page.tsx'), 'SignInPage'),
});

const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: ({ location }) => {
    if (session.state.get().status === 'signed-out')
      throw redirect({
        to: '/sign-in',
        search: location.href === '/' ? {} : { next: location.href },
      });
  },
  component: lazyRouteComponent(() => import('./shell/shell.tsx'), 'Shell'),
});

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/people' });
  },
});

const peopleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/people',
  component: lazyRouteComponent(() => import('./people/people-page.tsx'), 'PeoplePage'),
});
const nobodyRoute = createRoute({
  getParentRoute: () => peopleRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./people/nobody.tsx'), 'Nobody'),
});
const personRoute = createRoute({
  getParentRoute: () => peopleRoute,
  path: '$userId',
  component: lazyRouteComponent(() => import('./people/person-detail.tsx'), 'PersonDetail'),
});

const journalRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/journal',
  validateSearch: (search: Record<string, unknown>): { filter?: JournalFilter } => {
    const filter = journalFilters.find((known) => known === search.filter);
    return filter && filter !== 'all' ? { filter } : {};
  },
  component: lazyRouteComponent(() => import('./journal/journal-page.tsx'), 'JournalPage'),
});

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings/settings-page.tsx'), 'SettingsPage'),
});

const lostRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '$',
  component: lazyRouteComponent(() => import('./shell/not-found.tsx'), 'NotFound'),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    signInRoute,
    shellRoute.addChildren([
      homeRoute,
      peopleRoute.addChildren([nobodyRoute, personRoute]),
      journalRoute,
      settingsRoute,
      lostRoute,
    ]),
  ]),
  defaultErrorComponent: Crash,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
