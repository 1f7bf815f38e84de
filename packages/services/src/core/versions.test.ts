import { expect, test } from 'vitest';
import { checkVersion, etagOf } from './versions.ts';

test.each([undefined, '*', ' * ', '"3"', '"2", "3"'])(
  'If-Match %s lets version 3 pass',
  (header) => {
    expect(() => checkVersion(header, 3)).not.toThrow();
  },
);

// A weak tag never matches If-Match (RFC 9110 §13.1.1).
test.each(['"2"', '3', 'W/"3"', '', '"33"'])('If-Match %s stops version 3', (header) => {
  expect(() => checkVersion(header, 3)).toThrow(
    expect.objectContaining({ code: 'precondition_failed' }),
  );
});

test('an entity tag is a quoted version', () => {
  expect(etagOf(12)).toBe('"12"');
});
