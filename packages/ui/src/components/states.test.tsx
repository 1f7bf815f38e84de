import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { ApiError } from '../api/errors.ts';
import { uiDe } from '../i18n/de.ts';
import { uiEn } from '../i18n/en.ts';
import { chooseLanguage, startI18n } from '../i18n/i18n.ts';
import { ConnectionBar } from './connection-bar.tsx';
import { ConfirmDialog } from './dialog.tsx';
import { PersonRow } from './person.tsx';
import { ErrorState } from './states.tsx';

beforeAll(() => startI18n(async (language) => ({ ui: language === 'de' ? uiDe : uiEn }), 'en'));
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test('an error says its sentence in the chosen language, its trace and a way out', async () => {
  const onRetry = vi.fn();
  const problem = new ApiError('unavailable', {
    problem: {
      type: 'urn:x',
      code: 'unavailable',
      title: 'server text',
      status: 503,
      traceId: 'abc123',
    },
  });
  render(<ErrorState problem={problem} onRetry={onRetry} />);
  expect(screen.getByRole('alert').textContent).toContain('not reachable right now');
  expect(screen.getByRole('alert').textContent).toContain('abc123');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(onRetry).toHaveBeenCalledOnce();
  await chooseLanguage('de', false);
  expect(await screen.findByRole('button', { name: 'Erneut versuchen' })).toBeTruthy();
  await chooseLanguage('en', false);
});

test('presence stands beside a person in words', () => {
  const since = new Date();
  since.setHours(since.getHours() === 0 ? 0 : since.getHours() - 1, 2, 0, 0);
  render(
    <PersonRow
      name="Ben Weber"
      presence={{
        state: 'on_the_phone',
        since: since.toISOString(),
        note: 'back soon',
        source: 'telephony',
        ringing: false,
      }}
    />,
  );
  const clock = `${String(since.getHours()).padStart(2, '0')}:02`;
  expect(screen.getByText(`On the phone since ${clock} · back soon`)).toBeTruthy();
});

test('a short break of the connection is not mentioned, a long one is, quietly', () => {
  vi.useFakeTimers();
  const { rerender } = render(<ConnectionBar state="connecting" onRetry={() => undefined} />);
  expect(screen.getByRole('status').textContent).toBe('');
  rerender(<ConnectionBar state="offline" onRetry={() => undefined} />);
  act(() => vi.advanceTimersByTime(2_000));
  expect(screen.getByRole('status').textContent).toContain('You are offline');
  rerender(<ConnectionBar state="online" onRetry={() => undefined} />);
  expect(screen.getByRole('status').textContent).toBe('');
});

test('the first connection is being made, a later one made again', () => {
  vi.useFakeTimers();
  const bar = (state: 'connecting' | 'online') => (
    <ConnectionBar state={state} onRetry={() => undefined} />
  );
  const { rerender } = render(bar('connecting'));
  act(() => vi.advanceTimersByTime(2_000));
  expect(screen.getByRole('status').textContent).toBe('Connecting …');
  rerender(bar('online'));
  rerender(bar('connecting'));
  act(() => vi.advanceTimersByTime(2_000));
  expect(screen.getByRole('status').textContent).toBe('Reconnecting …');
});

test('a dangerous action waits until its name is typed', async () => {
  const onConfirm = vi.fn();
  render(
    <ConfirmDialog
      open
      heading="Delete line 20?"
      confirm="Delete"
      typedName="20"
      onConfirm={onConfirm}
      onCancel={() => undefined}
    >
      Calls end.
    </ConfirmDialog>,
  );
  const button = screen.getByRole('button', { name: 'Delete' });
  expect(button).toHaveProperty('disabled', true);
  await userEvent.type(screen.getByLabelText(/Type/), '20');
  await userEvent.click(button);
  expect(onConfirm).toHaveBeenCalledOnce();
});
