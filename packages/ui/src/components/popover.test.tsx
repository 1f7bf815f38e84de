import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { Popover } from './popover.tsx';

afterEach(cleanup);

function show(content: string | null) {
  render(
    <Popover
      kind="dialog"
      label="Line"
      trigger={(props) => (
        <button type="button" {...props}>
          open
        </button>
      )}
    >
      {() => (content === null ? <p>loading</p> : <button type="button">{content}</button>)}
    </Popover>,
  );
}
const trigger = () => screen.getByRole('button', { name: 'open' });

test('opening moves the focus inside, Escape closes and brings it back', async () => {
  show('inside');
  await userEvent.click(trigger());
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'inside' }));
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(document.activeElement).toBe(trigger());
});

test('content that is still loading can be left by Escape too', async () => {
  show(null);
  await userEvent.click(trigger());
  expect(document.activeElement).toBe(screen.getByRole('dialog', { name: 'Line' }));
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(document.activeElement).toBe(trigger());
});

test('Escape closes with the focus nowhere', async () => {
  show('inside');
  await userEvent.click(trigger());
  (document.activeElement as HTMLElement).blur();
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('dialog')).toBeNull();
});
