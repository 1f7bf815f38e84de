import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, pageFrom } from './cursor.ts';

test('what was packed comes back, whatever letters it has', () => {
  for (const parts of [['usr_1'], ['Ägypten', 'usr_2'], ['', ''], ['"]', '\\']])
    expect(decodeCursor(encodeCursor(parts), parts.length)).toEqual(parts);
});

test('anything else is refused as the client’s mistake', () => {
  const wrong = ['', 'x', '!!', encodeCursor(['a', 'b']), 'W10', 'bnVsbA', 'WzFd', 'eyJhIjoxfQ'];
  for (const cursor of wrong)
    expect(() => decodeCursor(cursor, 1)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        errors: [expect.objectContaining({ pointer: '/cursor' })],
      }),
    );
});

test('a page shows its size and says whether more follows', () => {
  const page = (rows: number[]) =>
    pageFrom(
      rows,
      2,
      (row) => [String(row)],
      (row) => row * 10,
    );
  expect(page([])).toEqual({ items: [], nextCursor: null });
  expect(page([1, 2])).toEqual({ items: [10, 20], nextCursor: null });
  expect(page([1, 2, 3])).toEqual({ items: [10, 20], nextCursor: encodeCursor(['2']) });
});
