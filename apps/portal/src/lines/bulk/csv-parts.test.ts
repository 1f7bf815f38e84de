import { expect, test } from 'vitest';
import { decodeCsv, joined, noResult, partsOf, rowsOf } from './csv-parts.ts';

test('a file is read as UTF-8, else as Windows-1252 (LIN-058)', () => {
  expect(decodeCsv(new Uint8Array([0x6d, 0xc3, 0xbc]))).toBe('mü');
  expect(decodeCsv(new Uint8Array([0x6d, 0xfc]))).toBe('mü');
  expect(decodeCsv(new Uint8Array([0xef, 0xbb, 0xbf, 0x32]))).toBe('2');
});

test('line breaks of all systems end a row, but not inside quotes', () => {
  expect(rowsOf('20,,a,\r\n21,,b,\r22\n')).toEqual(['20,,a,', '21,,b,', '22']);
  expect(rowsOf('20,,"a\nb",\n21')).toEqual(['20,,"a\nb",', '21']);
  expect(rowsOf('20,,"a""\nb",\n21')).toHaveLength(2);
});

test('parts keep every row and know how many stand before them', () => {
  const parts = partsOf('1\n2\n\n4\n5', 2);
  expect(parts.map(({ before, rows }) => [before, rows])).toEqual([
    [0, 2],
    [2, 2],
    [4, 1],
  ]);
  expect(parts[1]?.text).toBe('\n4\n');
  expect(partsOf('', 2)).toEqual([]);
});

test('results of parts count rows from the beginning of the file', () => {
  const row = { row: 1, userName: '4', outcome: 'added', code: null, detail: null } as const;
  const total = joined(noResult, { added: 1, skipped: 0, failed: 2, rows: [row] }, 2);
  expect(total).toMatchObject({ added: 1, failed: 2, rows: [{ row: 3 }] });
});
