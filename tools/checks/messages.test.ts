import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkMessages } from './messages.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

async function findingsIn(dictionaries: Readonly<Record<string, string>>): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'trunkline-messages-'));
  roots.push(root);
  const folder = join(root, 'apps/client/src/texts');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(dictionaries)) writeFileSync(join(folder, name), text);
  return (await checkMessages(root)).map(({ file, found }) => `${file} ${found}`);
}

test('two dictionaries that agree are fine', async () => {
  const findings = await findingsIn({
    'de.ts': `export const de = { call: { ring: 'Anruf von {{name}}' } };`,
    'en.ts': `export const en = { call: { ring: 'Call from {{ name }}' } };`,
  });
  expect(findings).toEqual([]);
});

test('missing, empty and differing texts are found', async () => {
  const findings = await findingsIn({
    'de.ts': `export const de = { a: 'A', b: '', c: 'C {{x}}' };`,
    'en.ts': `export const en = { b: 'B', c: 'C {{y}}', d: 'D' };`,
  });
  expect(findings.map((finding) => finding.split(' ')[1]?.replace(':', '')).sort()).toEqual([
    'a',
    'b',
    'c',
    'd',
  ]);
});

test('a language that is missing altogether is found', async () => {
  const findings = await findingsIn({ 'de.ts': `export const de = { a: 'A' };` });
  expect(findings).toEqual(['apps/client/src/texts/en.ts there is no such dictionary']);
});
