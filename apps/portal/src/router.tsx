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
import { readCallFilter } from './calls/call-filter.ts';
import { readGroupView } from './lines/group-view.ts';
import { type Step, steps } from './lines/wizard/step-names.ts';

const rootRoute = createRootRoute({ component: Outlet });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string; reason?: string } => ({
    // Only paths of our own: an address with a host would lead people elsewhere.
    ...(typeof search.next === 'string' && /^\/(?![/\\])/.test(search.next)
      ? { next: search.next }
      : {}),
    ...(typeof search.reason === 'string' ? { reason: search.reason } : {}),
  }),
  beforeLoad: ({ search }) => {
    if (session.state.get().status === 'signed-in')
      throw redirect({ to: search.next ?? '/overview' });
  },
  component: lazyRouteComponent(() => import('./app/sign-in-page.tsx'), 'SignInPage'),
});

const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: ({ location }) => {
    if (session.state.get().status === 'signed-out')
      throw redirect({
        to: '/sign-in',
        search: location.pathname === '/' ? {} : { next: location.pathname },
      });
  },
  component: lazyRouteComponent(() => import('./shell/shell.tsx'), 'Shell'),
});

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/overview' });
  },
});
const overviewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/overview',
  component: lazyRouteComponent(() => import('./overview/overview-page.tsx'), 'OverviewPage'),
});
const peopleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/people',
  validateSearch: (search: Record<string, unknown>): { q?: string } =>
    typeof search.q === 'string' && search.q !== '' ? { q: search.q.slice(0, 100) } : {},
  component: lazyRouteComponent(() => import('./people/people-page.tsx'), 'PeoplePage'),
});
const numbersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/numbers',
  component: lazyRouteComponent(() => import('./numbers/numbers-page.tsx'), 'NumbersPage'),
});
const linesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/lines',
  component: lazyRouteComponent(() => import('./lines/groups-page.tsx'), 'GroupsPage'),
});
const wizardRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/lines/new',
  validateSearch: (search: Record<string, unknown>): { step?: Step } => {
    const step = steps.find((each) => each === search.step);
    return step ? { step } : {};
  },
  component: lazyRouteComponent(() => import('./lines/wizard/wizard-page.tsx'), 'WizardPage'),
});
const groupRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/lines/$groupId',
  validateSearch: readGroupView,
  component: lazyRouteComponent(() => import('./lines/group-page.tsx'), 'GroupPage'),
});
const sipRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/lines/$groupId/sip/$lineId',
  component: lazyRouteComponent(() => import('./lines/sip-view/sip-page.tsx'), 'SipPage'),
});
const callsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/calls',
  validateSearch: readCallFilter,
  component: lazyRouteComponent(() => import('./calls/calls-page.tsx'), 'CallsPage'),
});
const callRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/calls/$callId',
  component: lazyRouteComponent(() => import('./calls/call-page.tsx'), 'CallPage'),
});
const limitsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/limits',
  component: lazyRouteComponent(() => import('./limits/limits-page.tsx'), 'LimitsPage'),
});
const lostRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '$',
  component: lazyRouteComponent(() => import('./shell/not-found.tsx'), 'NotFound'),
});

export const router = createRouter({
  basepath: '/portal',
  routeTree: rootRoute.addChildren([
    signInRoute,
    shellRoute.addChildren([
      homeRoute,
      overviewRoute,
      peopleRoute,
      numbersRoute,
      linesRoute,
      wizardRoute,
      groupRoute,
      sipRoute,
      callsRoute,
      callRoute,
      limitsRoute,
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
