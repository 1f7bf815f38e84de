import { expect, test } from 'vitest';
import { moved, replaced, valuesOfText, without } from './list.ts';

test('an item moves by one place and not beyond the ends', () => {
  expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
  expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c']);
  expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b', 'c']);
  expect(moved(['a'], 5, -1)).toEqual(['a']);
});

test('an item is taken out or replaced where it stands', () => {
  expect(without(['a', 'b', 'a'], 0)).toEqual(['b', 'a']);
  expect(replaced(['a', 'b'], 1, 'c')).toEqual(['a', 'c']);
});

test('pasted values are parted and kept once', () => {
  expect(valuesOfText(' 49, 43;41\n49\t ')).toEqual(['49', '43', '41']);
  expect(valuesOfText('')).toEqual([]);
});
