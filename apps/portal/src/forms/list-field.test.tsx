import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { startI18n } from '@trunkline/ui/i18n/i18n.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { en } from '../i18n/en.ts';
import { ChipsField } from './chips-field.tsx';
import { useDraft } from './draft.ts';
import { ListField } from './list-field.tsx';

beforeAll(() => startI18n(async () => en, 'en'));
afterEach(cleanup);

function Codecs() {
  const draft = useDraft({ codecs: ['PCMA', 'PCMU', 'G722'] });
  return (
    <ListField<{ codecs: string[] }, string>
      draft={draft}
      field="codecs"
      label="Codecs"
      errors={{}}
      nameOf={(codec) => codec}
      removable={(codec) => codec !== 'PCMA'}
      row={(codec) => <span>{codec}</span>}
    />
  );
}
const order = () => screen.getAllByRole('listitem').map((row) => row.textContent?.slice(1));
const focused = () => document.activeElement?.getAttribute('aria-label');

test('a row is moved by keys; the focus goes along and its place is announced', async () => {
  render(<Codecs />);
  screen.getByRole('button', { name: 'Move G722 up' }).focus();
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  expect(order()).toEqual(['PCMA', 'G722', 'PCMU']);
  expect(focused()).toBe('Move G722 up');
  expect(screen.getByRole('status').textContent).toBe('G722 is now in place 2 of 3');
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  expect(order()).toEqual(['G722', 'PCMA', 'PCMU']);
  // It cannot go further up: the focus stays in the row.
  expect(focused()).toBe('Move G722 down');
});

test('what is fixed cannot be removed', async () => {
  render(<Codecs />);
  expect(screen.queryByRole('button', { name: 'Remove PCMA' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Remove PCMU' }));
  expect(order()).toEqual(['PCMA', 'G722']);
});

function Countries() {
  const draft = useDraft({ countries: ['49'] });
  return (
    <ChipsField
      draft={draft}
      field="countries"
      label="Countries"
      errors={{}}
      addLabel="Country"
      read={(text) => (/^[0-9]{1,3}$/.test(text) ? text : null)}
      wrong="no country"
      maxItems={10}
    />
  );
}

test('several values are pasted at once; what is wrong stays to be mended', async () => {
  render(<Countries />);
  await userEvent.type(screen.getByRole('textbox', { name: 'Country' }), '43, 49 x9{Enter}');
  expect(screen.getAllByRole('listitem').map((chip) => chip.textContent)).toEqual(['49', '43']);
  expect(screen.getByRole('status').textContent).toBe('no country');
  expect((screen.getByRole('textbox') as HTMLInputElement).value).toBe('x9');
  await userEvent.click(screen.getByRole('button', { name: 'Remove 49' }));
  expect(screen.getAllByRole('listitem').map((chip) => chip.textContent)).toEqual(['43']);
});
