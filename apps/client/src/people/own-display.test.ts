import { expect, test } from 'vitest';
import { ownDisplay } from './own-display.ts';

const lines = [{ number: '+49301234520', display: '20' }];

test('numbers of the own block read as extensions, all others grouped', () => {
  expect(ownDisplay('+49301234510', lines)).toBe('10');
  expect(ownDisplay('+493012345100', lines)).toBe('+49 30 123 451 00');
  expect(ownDisplay('+442079460123', lines)).toBe('+44 207 946 0123');
  expect(ownDisplay('+49301234510', [])).toBe('+49 30 123 4510');
  expect(ownDisplay('20', lines)).toBe('20');
  expect(ownDisplay('30', [{ number: '20', display: '20' }])).toBe('30');
});
