import { expect, test } from 'vitest';
import { changesOf, errorsByField } from './draft.ts';

test('a PATCH holds only what differs', () => {
  const saved = { name: 'Berlin', phones: [{ slot: 'business' }], port: 5060 };
  expect(changesOf(saved, { ...saved })).toEqual({});
  expect(changesOf(saved, { ...saved, phones: [{ slot: 'business' }] })).toEqual({});
  expect(changesOf(saved, { ...saved, port: 5061, phones: [] })).toEqual({
    port: 5061,
    phones: [],
  });
});

test('field errors are found by their pointer, the first one of a field counts', () => {
  expect(
    errorsByField([
      { pointer: '/userName', message: 'use letters' },
      { pointer: '/phones/0/number', message: 'too long' },
      { pointer: '/phones/1/number', message: 'empty' },
      { pointer: '', message: 'whole body' },
    ]),
  ).toEqual({ userName: 'use letters', phones: 'too long', '': 'whole body' });
});
