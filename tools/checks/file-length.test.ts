import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkFileLength, MAX_LINES } from './file-length.ts';

const root = mkdtempSync(join(tmpdir(), 'trunkline-file-length-'));
mkdirSync(join(root, 'tools'));
writeFileSync(join(root, 'tools/long.ts'), 'x\n'.repeat(MAX_LINES + 1));
writeFileSync(join(root, 'tools/fits.ts'), 'x\n'.repeat(MAX_LINES));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a file over the limit is found, one at the limit is not', () => {
  expect(checkFileLength(root, {})).toMatchObject([
    { file: 'tools/long.ts', line: MAX_LINES + 1, found: `${MAX_LINES + 1} lines` },
  ]);
});

test('an exception with a reason lets it pass, and must be needed', () => {
  expect(checkFileLength(root, { 'tools/long.ts': 'a table' })).toEqual([]);
  expect(
    checkFileLength(root, { 'tools/long.ts': 'a table', 'tools/fits.ts': 'once a table' }),
  ).toMatchObject([{ file: 'tools/fits.ts', line: 1 }]);
});
