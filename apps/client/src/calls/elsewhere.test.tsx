import { act, cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { anna, type Bench, createBench, incoming, show, startTexts } from '../testing/bench.tsx';
import { Elsewhere } from './elsewhere.tsx';

let bench: Bench;
beforeAll(async () => {
  await Promise.all([startTexts(), import('./elsewhere-bar.tsx')]);
});
beforeEach(() => {
  bench = createBench();
  show(bench, <Elsewhere />);
});
afterEach(() => {
  cleanup();
  bench.phone.stop();
});

const other = 'dev_01jd3zq7w4e6v8t0n5m2k9h3xb' as const;
const connected = (more: Partial<CallView> = {}) =>
  incoming({
    state: 'connected',
    deviceId: other,
    answeredAt: '2026-11-23T09:00:00.000Z',
    ...more,
  });
const changed = (call: CallView) => act(() => bench.live.onEvent('call.changed', { call }));

test('a call on another device is taken here by one click, and the bar is gone', async () => {
  changed(connected());
  await screen.findByRole('region', { name: 'On the phone on another device' });
  bench.answers.set('call.move', async () => ({ callId: incoming().id, sdp: 'v=0 an answer' }));
  await userEvent.click(screen.getByRole('button', { name: 'Take here' }));
  await waitFor(() => expect(bench.phone.legs.get()[0]?.phase).toBe('live'));
  expect(bench.commands).toEqual([
    { type: 'call.move', data: { callId: incoming().id, sdp: 'v=0 an offer' } },
  ]);
  expect(screen.queryByRole('region')).toBeNull();
});

test('another window of this browser is called a window', async () => {
  changed(connected({ deviceId: anna.deviceId as typeof other }));
  expect(
    await screen.findByRole('region', { name: 'On the phone in another window' }),
  ).toBeTruthy();
});

test('without the right to move, and before the answer, there is nothing to take', async () => {
  changed(connected({ functions: ['hang_up'] }));
  await screen.findByRole('region');
  expect(screen.queryByRole('button', { name: 'Take here' })).toBeNull();
  changed(connected({ state: 'dialling', direction: 'outgoing' }));
  expect(screen.queryByRole('button', { name: 'Take here' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Hang up on Ben Weber' }));
  expect(bench.commands.map(({ type }) => type)).toEqual(['call.hangup']);
});
