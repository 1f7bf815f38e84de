import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ApiError } from '@trunkline/ui/api/errors.ts';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bench, createBench, incoming, show, startTexts } from '../testing/bench.tsx';
import { CallLayer } from './call-layer.tsx';

let bench: Bench;
beforeAll(async () => {
  // Lazy parts are loaded before, as a browser does while nothing happens.
  await Promise.all([startTexts(), import('./ring-cards.tsx'), import('./call-card.tsx')]);
});
beforeEach(() => {
  bench = createBench();
  show(bench, <CallLayer />);
});
afterEach(() => {
  cleanup();
  bench.phone.stop();
});

const changed = (call: ReturnType<typeof incoming>) =>
  act(() => bench.live.onEvent('call.changed', { call }));
const card = () => screen.findByRole('region', { name: 'Call from Ben Weber' });

test('a ringing call shows who calls on which line, sounds, and is said aloud', async () => {
  changed(incoming());
  expect((await card()).textContent).toContain('Line 20');
  expect(screen.getAllByRole('alert')[0]?.textContent).toContain('Call from Ben Weber');
  await waitFor(() => expect(bench.rings.started).toBe(1));
});

test('Alt+A answers with an offer of this browser', async () => {
  changed(incoming());
  await card();
  fireEvent.keyDown(document.body, { key: 'a', code: 'KeyA', altKey: true });
  await waitFor(() => expect(bench.commands[0]?.type).toBe('call.answer'));
  expect(bench.commands[0]?.data).toEqual({ callId: incoming().id, sdp: 'v=0 an offer' });
  expect(screen.queryByRole('region', { name: 'Call from Ben Weber' })).toBeNull();
});

test('Alt+R rejects as busy; the menu declines', async () => {
  changed(incoming());
  await card();
  fireEvent.keyDown(document.body, { key: 'r', code: 'KeyR', altKey: true });
  expect(bench.commands).toEqual([
    { type: 'call.reject', data: { callId: incoming().id, variant: 'busy' } },
  ]);
  await userEvent.click(screen.getByRole('button', { name: 'More ways to reject' }));
  await userEvent.click(screen.getByRole('menuitem', { name: 'Decline the call' }));
  expect(bench.commands[1]?.data.variant).toBe('decline');
});

test('LIN-065 a call that hides rejection offers no way to reject', async () => {
  changed(incoming({ hideReject: true }));
  await card();
  expect(screen.queryByRole('button', { name: /Reject/ })).toBeNull();
  fireEvent.keyDown(document.body, { key: 'r', code: 'KeyR', altKey: true });
  expect(bench.commands).toEqual([]);
});

test('answered elsewhere, the card and the sound are gone at once', async () => {
  changed(incoming());
  await card();
  await waitFor(() => expect(bench.rings.started).toBe(1));
  changed(
    incoming({
      state: 'ended',
      end: { by: 'system', cause: 'normal', sipCode: null, elsewhere: true },
    }),
  );
  expect(screen.queryByRole('region')).toBeNull();
  expect(bench.rings.stopped).toBe(1);
});

test('never more than three cards, the oldest first', async () => {
  for (let index = 0; index < 5; index++)
    changed(
      incoming({
        id: `cal_01jd3zq7w4e6v8t0n5m2k9h3x${index}`,
        startedAt: `2026-11-23T09:00:0${5 - index}.000Z`,
        remote: { number: null, display: `Caller ${index}`, name: null, userId: null },
      }),
    );
  const cards = await screen.findAllByRole('region', { name: /Call from Caller/ });
  expect(cards.map((each) => each.getAttribute('aria-label'))).toEqual([
    'Call from Caller 4',
    'Call from Caller 3',
    'Call from Caller 2',
  ]);
});

test('the call window mutes, sends keys over signalling when media cannot, and hangs up', async () => {
  bench.answers.set('call.dial', async () => ({ callId: incoming().id, sdp: 'v=0 an answer' }));
  act(() => bench.phone.dial('+49301234521'));
  await waitFor(() => expect(bench.phone.legs.get()[0]?.phase).toBe('live'));
  changed(
    incoming({
      direction: 'outgoing',
      state: 'connected',
      deviceId: 'dev_01jd3zq7w4e6v8t0n5m2k9h3xa',
      answeredAt: new Date().toISOString(),
    }),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Mute microphone' }));
  expect(screen.getByRole('button', { name: 'Unmute microphone' })).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Keypad' }));
  await userEvent.click(screen.getByRole('button', { name: /^5/ }));
  await userEvent.keyboard('#');
  await userEvent.click(screen.getByRole('button', { name: 'Hang up' }));
  expect(bench.commands.slice(1)).toEqual([
    { type: 'call.dtmf', data: { callId: incoming().id, digits: '5' } },
    { type: 'call.dtmf', data: { callId: incoming().id, digits: '#' } },
    { type: 'call.hangup', data: { callId: incoming().id } },
  ]);
});

test('a refused call says why and can be tried again', async () => {
  bench.answers.set('call.dial', async () => {
    throw new ApiError('no_line');
  });
  act(() => bench.phone.dial('21'));
  expect(await screen.findByText(/No line is assigned to you/)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(bench.commands).toHaveLength(2));
});
