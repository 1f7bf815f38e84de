import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RFC5118 } from './rfc5118.ts';
import { verdictTable } from './torture.ts';
import { RFC4475 } from './torture-verdicts.ts';

test.each([
  ['RFC 4475', RFC4475, 49],
  ['RFC 5118', RFC5118, 12],
] as const)('docs/sip-torture.md holds the verdicts of %s', (name, rows, count) => {
  const table = verdictTable(rows);
  console.log(`${name}: ${rows.length} messages\n${table}`);
  expect(new Set(rows.map(([message]) => message)).size).toBe(count);
  const document = new URL('../../../../docs/sip-torture.md', import.meta.url);
  expect(readFileSync(document, 'utf8')).toContain(table);
});
