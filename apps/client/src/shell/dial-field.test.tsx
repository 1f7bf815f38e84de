import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bench, createBench, show, startTexts } from '../testing/bench.tsx';
import { DialField } from './dial-field.tsx';

let bench: Bench;
let path: () => string;
beforeAll(startTexts);
beforeEach(async () => {
  bench = createBench();
  const { router } = show(bench, <DialField />);
  path = () => router.state.location.pathname;
  await screen.findByRole('combobox');
});
afterEach(() => {
  cleanup();
  bench.phone.stop();
});

const field = () => screen.getByRole('combobox');

test('Ctrl K and / bring the cursor there', async () => {
  fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
  expect(document.activeElement).toBe(field());
  act(() => field().blur());
  fireEvent.keyDown(document.body, { key: '/' });
  expect(document.activeElement).toBe(field());
});

test('a name finds people; Enter opens the person, Shift+Enter calls', async () => {
  await userEvent.type(field(), 'web');
  expect((await screen.findByRole('option')).textContent).toContain('Ben Weber');
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(path()).toBe('/people/usr_01jd3zq7w4e6v8t0n5m2k9h3xb'));
  await userEvent.type(field(), 'web');
  await userEvent.keyboard('{Shift>}{Enter}{/Shift}');
  await waitFor(() => expect(bench.commands[0]?.data.number).toBe('+49301234521'));
});

test('a number with any punctuation offers the call, as it would be dialled', async () => {
  await userEvent.click(field());
  await userEvent.paste(' +49 (0) 40 / 123-456 ');
  expect((await screen.findByRole('option')).textContent).toContain('Call +49 40 123 456');
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(bench.commands).toHaveLength(1));
  expect(bench.commands[0]?.data.number).toBe('+4940123456');
});

test('during a call no second one is begun, but an emergency call is, without any question', async () => {
  bench.answers.set('call.dial', async () => ({ callId: 'cal_1', sdp: 'v=0 an answer' }));
  act(() => bench.phone.dial('20'));
  await waitFor(() => expect(bench.commands).toHaveLength(1));
  await userEvent.type(field(), '4711{Enter}');
  expect(screen.getByRole('option').textContent).toContain('Hang up first');
  expect(bench.commands).toHaveLength(1);
  await userEvent.clear(field());
  await userEvent.type(field(), '112{Enter}');
  await waitFor(() =>
    expect(bench.commands.filter(({ type }) => type === 'call.dial').at(-1)?.data.number).toBe(
      '112',
    ),
  );
  expect(bench.commands.some(({ type }) => type === 'call.hangup')).toBe(true);
});
