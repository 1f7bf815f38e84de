import { expect, test } from 'vitest';
import { mayBeTarget } from './pbx-code.ts';

test.each([
  ['00441234567', [], true],
  ['*21*112#', [], false],
  ['*21*112#', ['*21*'], false],
  ['#9', ['*9'], false],
  ['*98', ['*72', '*98'], true],
  ['12', ['*98'], true],
])('a call may be sent to %s where %j are set up: %s', (digits, codes, may) => {
  expect(mayBeTarget(digits, codes)).toBe(may);
});
