import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { anna, createBench, show, startTexts } from '../testing/bench.tsx';
import { PresenceMenu } from './presence-menu.tsx';

beforeAll(startTexts);
afterEach(cleanup);

test('the own status is told only while calls can reach this window', async () => {
  const bench = createBench();
  show(bench, <PresenceMenu place="rightStart" />);
  const button = await screen.findByRole('button');
  const label = () => button.getAttribute('aria-label');
  // The socket stands, its session does not yet.
  expect(label()).toBe('Your status: Connecting. Change status');
  const available = {
    state: 'available',
    since: null,
    note: '',
    source: 'none',
    ringing: false,
  } as const;
  act(() =>
    bench.live.onEvent('snapshot', {
      presence: { [anna.id]: available },
      calls: [],
      ownManual: null,
      lines: {},
    }),
  );
  expect(label()).toBe('Your status: Available. Change status');
  act(() => bench.realtime.state.set('connecting'));
  expect(label()).toBe('Your status: Connecting. Change status');
  act(() => bench.realtime.state.set('offline'));
  expect(label()).toBe('Your status: No connection. Change status');
  act(() => bench.realtime.state.set('online'));
  expect(label()).toBe('Your status: Available. Change status');
});
