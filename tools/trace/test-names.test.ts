import { describe, expect, test } from 'vitest';
import { mentionsIn } from './test-names.ts';

// Put together here, so that the trace over this repository does not take them for proofs.
const id = (number: number) => `NUM-${String(number).padStart(3, '0')}`;
const idsIn = (text: string) => mentionsIn('x.test.ts', text).map((mention) => mention.id);

describe('names that count', () => {
  test.each([
    `test('${id(1)} dials', () => {});`,
    `it("dials as in ${id(1)}", () => {});`,
    `describe('${id(1)}', () => {});`,
    `test.only('${id(1)}', () => {});`,
    `test.skipIf(noPeer)('${id(1)}', () => {});`,
    `test.each([1, 2])('${id(1)} with $0', () => {});`,
    `test.each\`a\${1}\`('${id(1)}', () => {});`,
    `describe.concurrent('${id(1)}', { timeout: 5 }, () => {});`,
    `test(\`${id(1)} at \${speed}\`, () => {});`,
    `test('${id(1)} ' + name, () => {});`,
  ])('%s', (text) => {
    expect(idsIn(text)).toEqual([id(1)]);
  });

  test('several in one name, with the line', () => {
    const text = `\n\ntest('${id(1)} ${id(2)} dials', () => {});`;
    expect(mentionsIn('x.test.ts', text)).toEqual([
      { id: id(1), line: 3 },
      { id: id(2), line: 3 },
    ]);
  });

  test.each([
    `test.each([{ name: '${id(7)} dials' }])('$name', () => {});`,
    `test.each([['${id(7)} dials', 1]])('%s', () => {});`,
    `for (const { name } of [{ name: '${id(7)} dials' }]) test(name, () => {});`,
    `for (const n of ['${id(7)}']) test(\`dials \${n}\`, () => {});`,
  ])('out of data: %s', (text) => {
    expect(idsIn(text)).toEqual([id(7)]);
  });

  test('in TSX too', () => {
    const text = `test('${id(1)} shows', () => { render(<p>hello</p>); });`;
    expect(mentionsIn('x.test.tsx', text)).toHaveLength(1);
  });
});

describe('what does not count', () => {
  test.each([
    `// ${id(1)}`,
    `const x = '${id(1)}';`,
    `test('dials', () => { log('${id(1)}'); });`,
    `test.skip('${id(1)}', () => {});`,
    `test.todo('${id(1)}');`,
    `describe.skip('later', () => { test('${id(1)}', () => {}); });`,
    `other('${id(1)}', () => {});`,
    `test('ABC-001 and ${id(1)}0', () => {});`,
    `test.each([{ name: 'see ${id(1)}' }])('$name', () => {});`,
  ])('%s', (text) => {
    expect(idsIn(text)).toEqual([]);
  });
});
