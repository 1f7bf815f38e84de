import { expect, test } from 'vitest';
import { compareDictionaries } from './compare.ts';
import { uiDe } from './de.ts';
import { uiEn } from './en.ts';

test('the shared texts exist in both languages', () => {
  expect(compareDictionaries(uiDe, uiEn)).toEqual([]);
});

test('the comparison finds what is missing, empty or different', () => {
  expect(
    compareDictionaries(
      { a: 'x', b: { c: 'Hallo {{name}}' }, d: 'Nur du', e: 'y' },
      { a: ' ', b: { c: 'Hello {{nam}}' }, d: 'only you', f: 'z' },
    ),
  ).toEqual([
    'b.c: different placeholders',
    'd: not in "Sie"',
    'e: missing in English',
    'a: empty in English',
    'f: missing in German',
  ]);
});
