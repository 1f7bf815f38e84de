import { expect, test } from 'vitest';
import { sipPhrase } from './sip-phrase.ts';

test.each([
  [403, 'PBX answered 403 Forbidden: wrong password for line 21', 'Forbidden'],
  [480, 'PBX answered 480 Temporarily Unavailable', 'Temporarily Unavailable'],
  [500, 'PBX answered 500', ''],
  [503, 'Service Unavailable', 'Service Unavailable'],
])('the code %i is not said twice', (code, text, phrase) => {
  expect(sipPhrase(code, text)).toBe(phrase);
});
