import { expect, test } from 'vitest';
import { bareNumber, groupNumber, looksLikeNumber } from './number.ts';

test('numbers are grouped after their country code', () => {
  expect(groupNumber('+493012345')).toBe('+49 30 123 45');
  expect(groupNumber('+49301234520')).toBe('+49 30 123 4520');
  expect(groupNumber('+492214710')).toBe('+49 221 4710');
  expect(groupNumber('+12025550123')).toBe('+1 202 555 0123');
  expect(groupNumber('+35312345678')).toBe('+353 123 456 78');
  expect(groupNumber('20')).toBe('20');
  expect(groupNumber('*21#')).toBe('*21#');
});

test('pasted punctuation is taken out', () => {
  expect(bareNumber(' +49 (0) 30 / 123-45 20 ')).toBe('+49301234520');
  expect(bareNumber('tel:+49-30-1234520')).toBe('+49301234520');
  expect(bareNumber('030\u00a01234\u201320')).toBe('030123420');
});

test('names are not numbers', () => {
  expect(looksLikeNumber('Anna 2')).toBe(false);
  expect(looksLikeNumber('112')).toBe(true);
  expect(looksLikeNumber('+49 30 12345-20')).toBe(true);
  expect(looksLikeNumber('*21*')).toBe(true);
  expect(looksLikeNumber('')).toBe(false);
});
