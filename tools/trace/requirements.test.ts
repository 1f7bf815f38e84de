import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readTrace, rowsByArea } from './requirements.ts';

const [one, two, three, four] = [1, 2, 3, 4].map((n) => `LIN-00${n}`);
const root = mkdtempSync(join(tmpdir(), 'trunkline-trace-'));
mkdirSync(join(root, 'docs'));
mkdirSync(join(root, 'packages/sip/src'), { recursive: true });
const requirements = [one, two, three, four].map((id) => ({
  id,
  area: 'lines',
  title: `title of ${id}`,
}));
writeFileSync(join(root, 'docs/requirements.json'), JSON.stringify(requirements));
writeFileSync(
  join(root, 'docs/not-applicable.json'),
  JSON.stringify({ [`${two}`]: 'no such thing' }),
);
writeFileSync(
  join(root, 'packages/sip/src/a.test.ts'),
  `test('${one} and LIN-${999} hold', () => {});\n`,
);
writeFileSync(join(root, 'packages/sip/src/b.scripts.ts'), `test('${four} holds', () => {});\n`);
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('counts proved, not applicable and missing requirements by area', () => {
  expect(rowsByArea(readTrace(root))).toEqual([
    { area: 'LIN', proved: 2, total: 4, notApplicable: 1, missing: [requirements[2]] },
  ]);
});

test('an id that the catalogue does not have is reported with its place', () => {
  expect(readTrace(root).violations).toMatchObject([
    { file: 'packages/sip/src/a.test.ts', line: 1, found: `a test names LIN-${999}` },
  ]);
});
