import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { tokenSheet } from '../src/theme/tokens.ts';

test('tokens.css is what tokens.ts says', async () => {
  const written = await readFile(new URL('../src/theme/tokens.css', import.meta.url), 'utf8');
  expect(written).toBe(tokenSheet());
});
