import { compareDictionaries } from '@trunkline/ui/i18n/compare.ts';
import { expect, test } from 'vitest';
import { de } from './de.ts';
import { en } from './en.ts';

test('the portal speaks German and English with the same keys, none empty', () => {
  expect(compareDictionaries(de, en)).toEqual([]);
});
