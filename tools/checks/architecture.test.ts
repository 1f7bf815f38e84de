import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { checkArchitecture } from './architecture.ts';

const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** Writes a tree of its own and returns what the check finds in it, as `file:line found | rule`. */
function findingsIn(files: Readonly<Record<string, string>>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'trunkline-architecture-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return checkArchitecture(root).map(
    ({ file, line, found, rule }) => `${file}:${line} ${found} | ${rule}`,
  );
}

/** A file that imports one thing, on line 2. */
const importing = (specifier: string) => `// first line\nimport '${specifier}';\n`;

describe('arrows that are allowed', () => {
  test.each([
    ['apps/edge/src/a.ts', '@trunkline/services/lines/assign-line.ts'],
    ['apps/edge/src/a.ts', '@trunkline/database/tenant.ts'],
    ['apps/standalone/src/a.ts', '@trunkline/sip/message.ts'],
    ['apps/media-node/src/a.ts', '@trunkline/sip/message.ts'],
    ['apps/media-node/src/a.ts', '@trunkline/media/engine.ts'],
    ['apps/media-node/src/a.ts', '@trunkline/platform/bus.ts'],
    ['apps/client/src/a.tsx', '@trunkline/ui/theme.ts'],
    ['apps/client/src/a.ts', '@trunkline/media/e-model.ts'],
    ['apps/portal/src/a.tsx', '@trunkline/numbers/e164.ts'],
    ['apps/cli/src/a.ts', '@trunkline/contracts/ids.ts'],
    ['packages/services/src/a.ts', '@trunkline/database/tenant.ts'],
    ['packages/services/src/a.ts', '@trunkline/platform/bus.ts'],
    ['packages/services/src/a.ts', '@trunkline/rights/explain.ts'],
    ['packages/rights/src/a.ts', '@trunkline/presence/facts.ts'],
    ['packages/rights/src/a.ts', '@trunkline/contracts/ids.ts'],
    ['packages/ui/src/a.tsx', '@trunkline/presence/facts.ts'],
    ['packages/media/src/a.ts', '@trunkline/sip/sdp/answer.ts'],
    ['packages/media/src/a.ts', '@trunkline/sip/sdp.ts'],
    ['packages/sip/src/a.test.ts', '../../../e2e/harness/wait-for.ts'],
    ['packages/sip/src/a.test.ts', './testing/fake-clock.ts'],
    ['packages/sip/src/testing/a.ts', './fake-clock.ts'],
    ['e2e/scripts/a.e2e.test.ts', '@trunkline/sip/message.ts'],
    ['tools/a.ts', '../packages/contracts/src/ids.ts'],
    ['apps/client/vite.config.ts', '../../packages/ui/node/page-plugin.ts'],
  ])('%s may import %s', (file, specifier) => {
    expect(findingsIn({ [file]: importing(specifier) })).toEqual([]);
  });
});

describe('arrows that are refused', () => {
  test.each([
    ['apps/edge/src/a.ts', '@trunkline/control-plane/app.ts', 'apps do not import each other'],
    ['apps/edge/src/a.ts', '../../control-plane/src/app.ts', 'apps do not import each other'],
    ['apps/standalone/src/a.ts', '@trunkline/edge/main.ts', 'apps do not import each other'],
    ['apps/edge/src/a.ts', '@trunkline/ui/theme.ts', 'other than ui'],
    ['apps/media-node/src/a.ts', '@trunkline/services/a.ts', 'neither services nor database'],
    ['apps/media-node/src/a.ts', '@trunkline/database/a.ts', 'neither services nor database'],
    ['apps/portal/src/a.tsx', '@trunkline/services/a.ts', 'the web apps import'],
    ['apps/client/src/a.tsx', '@trunkline/platform/a.ts', 'the web apps import'],
    ['apps/client/src/a.tsx', '@trunkline/sip/a.ts', 'the web apps import'],
    ['apps/client/src/a.ts', '@trunkline/media/engine.ts', 'the web apps import'],
    ['apps/portal/src/a.ts', '@trunkline/media/e-model.ts', 'the web apps import'],
    ['apps/cli/src/a.ts', '@trunkline/services/a.ts', 'cli imports contracts'],
    ['apps/cli/src/a.ts', '@trunkline/ui/a.ts', 'cli imports contracts'],
    ['packages/services/src/a.ts', '@trunkline/edge/a.ts', 'never back'],
    ['packages/services/src/a.ts', '@trunkline/sip/a.ts', 'services imports'],
    ['packages/services/src/a.ts', '@trunkline/directory/a.ts', 'services imports'],
    ['packages/numbers/src/a.ts', '@trunkline/platform/a.ts', 'a pure package imports'],
    ['packages/calls/src/a.ts', '@trunkline/database/a.ts', 'a pure package imports'],
    ['packages/database/src/a.ts', '@trunkline/services/a.ts', 'database imports'],
    ['packages/database/src/a.ts', '@trunkline/platform/a.ts', 'database imports'],
    ['packages/platform/src/a.ts', '@trunkline/database/a.ts', 'platform imports'],
    ['packages/contracts/src/a.ts', '@trunkline/numbers/a.ts', 'contracts is what'],
    ['packages/sip/src/a.ts', '@trunkline/contracts/a.ts', 'know no tenant and no database'],
    ['packages/sip/src/a.ts', '@trunkline/database/a.ts', 'know no tenant and no database'],
    ['packages/xmpp/src/a.ts', '@trunkline/services/a.ts', 'know no tenant and no database'],
    ['packages/media/src/a.ts', '@trunkline/contracts/a.ts', 'know no tenant and no database'],
    ['packages/media/src/a.ts', '@trunkline/sip/dialog.ts', 'SDP alone'],
    ['packages/ui/src/a.tsx', '@trunkline/platform/a.ts', 'ui imports'],
    ['packages/rights/src/a.ts', '../../../tools/trace.ts', 'only tests'],
    ['packages/rights/src/a.ts', '../../presence/src/facts.ts', 'imported by its name'],
    ['packages/rights/src/a.ts', '@trunkline/contracts', '@trunkline/<package>/<file>.ts'],
    ['packages/rights/src/a.ts', '@trunkline/unheard-of/a.ts', '@trunkline/<package>/<file>.ts'],
    ['packages/sip/src/a.ts', './testing/fake-clock.ts', 'only tests import from folders'],
    [
      'apps/edge/src/a.ts',
      '@trunkline/platform/testing/clock.ts',
      'only tests import from folders',
    ],
    ['packages/unheard-of/src/a.ts', '@trunkline/contracts/a.ts', 'not a room of the house'],
  ])('%s must not import %s', (file, specifier, rule) => {
    const findings = findingsIn({ [file]: importing(specifier) });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(new RegExp(`^${file}:2 `));
    expect(findings[0]).toContain(rule);
  });

  test.each([
    ['export', `export * from '@trunkline/database/a.ts';`],
    ['named export', `export { a } from '@trunkline/database/a.ts';`],
    ['type import', `import type { A } from '@trunkline/database/a.ts';`],
    ['inline type', `export type A = import('@trunkline/database/a.ts').A;`],
    ['dynamic import', `await import('@trunkline/database/a.ts');`],
    ['template', 'await import(`@trunkline/database/a.ts`);'],
    ['require', `require('@trunkline/database/a.ts');`],
    ['resolve', `import.meta.resolve('@trunkline/database/a.ts');`],
    ['script', `new URL('../../database/src/a.ts', import.meta.url);`],
  ])('an arrow drawn by %s counts too', (_, text) => {
    const findings = findingsIn({ 'packages/numbers/src/a.ts': text });
    expect(findings.join('\n')).toContain('packages/numbers → packages/database');
  });

  test('the supervisor starts the other apps’ main script, and nobody else does', () => {
    const start = (path: string) => `new URL('../../edge/src/${path}', import.meta.url);`;
    expect(findingsIn({ 'apps/standalone/src/a.ts': start('main.ts') })).toEqual([]);
    expect(findingsIn({ 'apps/standalone/src/a.ts': start('hub.ts') })).toHaveLength(1);
    expect(
      findingsIn({ 'apps/standalone/src/a.ts': importing('../../edge/src/main.ts') }),
    ).toHaveLength(1);
    expect(findingsIn({ 'apps/cli/src/a.ts': start('main.ts') })).toHaveLength(1);
  });

  test('the message names place, arrow and rule', () => {
    expect(
      findingsIn({ 'packages/numbers/src/a.ts': importing('@trunkline/database/a.ts') }),
    ).toEqual([
      'packages/numbers/src/a.ts:2 packages/numbers → packages/database: imports @trunkline/database/a.ts' +
        ' | a pure package imports nothing but contracts and other pure packages',
    ]);
  });
});

describe('node:', () => {
  test.each([
    'apps/media-node/src/a.ts',
    'apps/standalone/src/a.ts',
    'apps/cli/src/a.ts',
    'apps/edge/src/node/a.ts',
    'apps/client/vite.config.ts',
    'packages/ui/node/page-plugin.ts',
    'packages/ui/scripts/a.ts',
    'packages/sip/src/transport/udp.ts',
    'packages/platform/src/node/a.ts',
    'packages/numbers/src/a.test.ts',
    'packages/numbers/bench/a.ts',
    'apps/edge/src/testing/a.ts',
    'apps/edge/soak/a.ts',
    'e2e/a.ts',
    'tools/a.ts',
  ])('allowed in %s', (file) => {
    expect(findingsIn({ [file]: importing('node:fs') })).toEqual([]);
  });

  test.each([
    ['apps/edge/src/a.ts', 'node:fs'],
    ['apps/control-plane/src/main.ts', 'node:http'],
    ['apps/portal/src/a.tsx', 'node:path'],
    ['packages/sip/src/message.ts', 'node:net'],
    ['packages/media/src/engine.ts', 'node:dgram'],
    ['packages/platform/src/a.ts', 'node:crypto'],
    ['packages/services/src/a.ts', 'fs/promises'],
    ['packages/contracts/src/a.ts', 'crypto'],
  ])('refused in %s (%s)', (file, specifier) => {
    const findings = findingsIn({ [file]: importing(specifier) });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain(`${file}:2 imports ${specifier} | node: only in`);
  });

  test.each(['process.env.X;', 'Buffer.from([]);'])("Node's global counts too: %s", (text) => {
    expect(findingsIn({ 'packages/services/src/a.ts': text })).toHaveLength(1);
    expect(findingsIn({ 'packages/services/src/node/a.ts': text })).toEqual([]);
  });

  test('where only packets are handled, Buffer is fine; process is not', () => {
    expect(findingsIn({ 'packages/sip/src/a.ts': 'Buffer.from([]);' })).toEqual([]);
    expect(findingsIn({ 'packages/sip/src/a.ts': 'process.exit();' })).toHaveLength(1);
  });

  test('a name of the file’s own is no global of Node', () => {
    const text = 'export const run = (process: { id: number }) => process.id;';
    expect(findingsIn({ 'packages/services/src/a.ts': text })).toEqual([]);
  });
});

describe('pure packages', () => {
  test.each([
    'Date.now();',
    'new Date();',
    'performance.now();',
    'Math.random();',
    'setTimeout(() => {}, 1);',
    `fetch('https://example.org');`,
    `console.log('x');`,
    'crypto.randomUUID();',
    `new WebSocket('wss://example.org');`,
  ])('%s is refused', (text) => {
    const findings = findingsIn({ 'packages/presence/src/a.ts': text });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain('no clock or chance of its own');
    expect(findingsIn({ 'packages/presence/src/a.test.ts': text })).toEqual([]);
    expect(findingsIn({ 'packages/platform/src/a.ts': text })).toEqual([]);
  });

  test('a given instant and a clock that is passed in are fine', () => {
    const text = 'export const later = (now: () => number) => new Date(now() + 1);';
    expect(findingsIn({ 'packages/presence/src/a.ts': text })).toEqual([]);
  });
});

describe('outside packages', () => {
  const manifest = JSON.stringify({ dependencies: { zod: '4' }, devDependencies: { vite: '8' } });

  test('must stand in the package.json of their room', () => {
    const files = {
      'package.json': JSON.stringify({ devDependencies: { vitest: '5', hono: '4' } }),
      'apps/edge/package.json': manifest,
      'apps/edge/src/a.ts': `import 'zod/v4';\nimport 'hono/cors';\nimport 'vite';\n`,
      'apps/edge/src/a.test.ts': `import 'zod';\nimport 'vitest';\nimport 'vite';\n`,
    };
    const rule = 'apps/edge/package.json must name the packages its room imports';
    expect(findingsIn(files)).toEqual([
      `apps/edge/src/a.ts:2 imports hono | ${rule}`,
      `apps/edge/src/a.ts:3 imports vite | ${rule}`,
    ]);
  });
});

describe('cycles', () => {
  test('between packages are found and shown', () => {
    const findings = findingsIn({
      'packages/rights/src/a.ts': importing('@trunkline/presence/b.ts'),
      'packages/presence/src/b.ts': importing('./c.ts'),
      'packages/presence/src/c.ts': importing('@trunkline/rights/a.ts'),
    });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain(
      'cycle: packages/presence/src/b.ts → packages/presence/src/c.ts → packages/rights/src/a.ts → packages/presence/src/b.ts',
    );
  });

  test('within one package, and mere arrows both ways between two, are not', () => {
    const findings = findingsIn({
      'packages/rights/src/a.ts': importing('./b.ts'),
      'packages/rights/src/b.ts': `import './a.ts';\nimport '@trunkline/presence/d.ts';`,
      'packages/presence/src/c.ts': importing('@trunkline/rights/a.ts'),
      'packages/presence/src/d.ts': 'export const d = 1;',
    });
    expect(findings).toEqual([]);
  });
});

test('a file that cannot be parsed is named with its line', () => {
  expect(() => findingsIn({ 'packages/rights/src/a.ts': 'const a = 1;\nconst = ;' })).toThrow(
    /packages\/rights\/src\/a\.ts:2: /,
  );
});
