import { expect, test } from 'vitest';
import { looksLikeApiKey, parseApiKey } from './api-key.ts';

const secret = `a_b-${'x'.repeat(39)}`;

test('a key splits at its first two underscores; the secret may hold more', () => {
  expect(parseApiKey(`tlk_0123456789ab_${secret}`)).toEqual({ prefix: '0123456789ab', secret });
});

test.each([
  '',
  'tlk_',
  'tlk_abc_x',
  `tlk_ABCDEFG_${secret}`,
  `key_0123456789ab_${secret}`,
  `tlk_0123456789ab_${secret} `,
])('not a key: %s', (text) => {
  expect(parseApiKey(text)).toBeNull();
});

test('a key is told from an access token by its beginning', () => {
  expect(looksLikeApiKey('tlk_whatever')).toBe(true);
  expect(looksLikeApiKey('eyJhbGciOiJFUzI1NiJ9.e30.x')).toBe(false);
});
