import { expect, test } from 'vitest';
import { fillAuthUserName, parseUserNames } from './user-name-list.ts';

const names = (text: string, max = 1000) => {
  const list = parseUserNames(text, max);
  return list.ok ? list.names : list.error;
};

test.each<[string, number]>([
  ['123', 1],
  ['100-120', 21],
  ['150;177;200-220', 23],
  [' 150 ; 177;; ', 2],
  ['100;99-101;100', 3],
])('LIN-051 %s makes %i lines', (text, count) => expect(names(text)).toHaveLength(count));

test.each<[string, string[]]>([
  ['001-003', ['001', '002', '003']],
  ['8-11', ['8', '9', '10', '11']],
  ['098-101', ['098', '099', '100', '101']],
  ['abc-def', ['abc-def']],
  ['30-anna;trunk-1;a--3', ['30-anna', 'trunk-1', 'a--3']],
  ['30 - 31;anna', ['30', '31', 'anna']],
])('LIN-051 %s is %j', (text, expected) => expect(names(text)).toEqual(expected));

test.each([
  ['120-100', 'descending_range'],
  ['01-3', 'uneven_range'],
  ['1-010', 'uneven_range'],
  ['1--3', 'malformed_range'],
  ['1-2-3', 'malformed_range'],
  ['1e3-1e4', 'malformed_range'],
  ['1-', 'malformed_range'],
  ['-3', 'malformed_range'],
  ['-', 'malformed_range'],
  ['100–120', 'malformed_range'],
  ['30;1234567890123456-1234567890123457', 'malformed_range'],
  [' ; ', 'empty'],
  ['1-1001', 'too_many'],
  ['1-999;2000-2001', 'too_many'],
  ['1-999999999999999', 'too_many'],
])('LIN-051 %s is refused: %s', (text, error) => expect(names(text)).toBe(error));

test('LIN-053 the placeholder is each user name, as it stands', () => {
  expect(['100', '101', '102'].map((name) => fillAuthUserName('pbx_<*>_a', name))).toEqual([
    'pbx_100_a',
    'pbx_101_a',
    'pbx_102_a',
  ]);
  expect(fillAuthUserName('<*>/<*>', '$&')).toBe('$&/$&');
});
