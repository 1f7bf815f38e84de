import { expect, test } from 'vitest';
import { cleanNumber } from './clean.ts';

test.each([
  ['０３０ １２３', '030123'],
  ['＋４９ 30', '+4930'],
  ['１1２', '112'],
  ['١١٢', '112'],
  ['۹۸', '98'],
  ['𝟗𝟘𝟬', '900'],
  ['＊２１＃', '*21#'],
  ['²½①', ''],
])('digits and signs of any script count: %s is %s', (text, expected) => {
  expect(cleanNumber(text)).toBe(expected);
});

test('every decimal digit of Unicode has the value its block gives it', () => {
  const digits: string[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const sign = String.fromCodePoint(code);
    if (/\p{Nd}/u.test(sign)) digits.push(cleanNumber(sign));
  }
  expect(digits.length % 10).toBe(0);
  expect(digits).toEqual(digits.map((_digit, index) => String(index % 10)));
});
