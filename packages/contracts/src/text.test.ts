import { expect, test } from 'vitest';
import { cleanLine, lineOfText } from './text.ts';

const fits = (text: string) => lineOfText(20).safeParse(text).success;

test.each(['Anna Müller', '  Zoë ', 'ישראל', '山田 👩‍👩‍👧', 'محمد'])(
  '%s is a line of text',
  (text) => {
    expect(fits(text)).toBe(true);
    expect(cleanLine(text)).toBe(text.trim());
  },
);

test.each([
  ['nothing', ' '],
  ['nothing to see', '\u200b\u2060'],
  ['too much', 'x'.repeat(21)],
  ['a NUL', 'a\u0000b'],
  ['a line break', 'a\r\nb'],
  ['an escape sequence', 'a\u001b[31mb'],
  ['half a pair', 'a\ud800b'],
  ['a turned direction', '\u202egpj.exe'],
])('%s is none', (_what, text) => {
  expect(fits(text)).toBe(false);
});

test('cleaning leaves what can be read', () => {
  expect(cleanLine('\u202ea\r\n\u0000b\ud800 ')).toBe('ab');
});
