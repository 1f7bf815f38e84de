import { act, cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { PresenceView } from '@trunkline/contracts/presence.ts';
import { ApiError } from '@trunkline/ui/api/errors.ts';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { CallLayer } from '../calls/call-layer.tsx';
import { type Bench, ben, createBench, show, startTexts } from '../testing/bench.tsx';
import { PersonLine } from './person-line.tsx';

let bench: Bench;
beforeAll(async () => {
  await Promise.all([startTexts(), import('../calls/call-card.tsx')]);
});
beforeEach(() => {
  localStorage.clear();
  bench = createBench();
});
afterEach(() => {
  cleanup();
  bench.phone.stop();
});

const rings = (ringing: boolean) => {
  const presence: PresenceView = {
    state: 'available',
    since: null,
    note: '',
    source: 'session',
    ringing,
  };
  act(() => bench.live.onEvent('presence.changed', { userId: ben.id, presence }));
};
const open = () =>
  show(
    bench,
    <>
      <ul>
        <PersonLine person={ben} />
      </ul>
      <CallLayer />
    </>,
  );

test('a call that rings at a colleague is picked up from the list', async () => {
  open();
  rings(true);
  bench.answers.set('call.pickup', async () => {
    throw new ApiError('nothing_to_pick_up');
  });
  await userEvent.click(
    await screen.findByRole('button', { name: 'Pick up the call for Ben Weber' }),
  );
  await waitFor(() =>
    expect(bench.commands).toEqual([
      { type: 'call.pickup', data: { userId: ben.id, sdp: 'v=0 an offer' } },
    ]),
  );
  expect(await screen.findByText(/no ringing call here that you could pick up/)).toBeTruthy();
  expect(screen.getByRole('region', { name: 'Call: Ben Weber' })).toBeTruthy();
  rings(false);
  expect(screen.queryByRole('button', { name: /Pick up/ })).toBeNull();
});

test('LIN-026 where picking up is off it is not offered', async () => {
  const [line] = bench.me.lines;
  if (line) line.functions = ['dial'];
  open();
  rings(true);
  expect(await screen.findByRole('button', { name: 'Call Ben Weber' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Pick up/ })).toBeNull();
});
