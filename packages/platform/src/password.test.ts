import { expect, test } from 'vitest';
import { constantTimeEqual } from './bytes.ts';
import { argon2idHasher } from './password.ts';

test('argon2id: a PHC string that verifies the right password only', async () => {
  const hash = await argon2idHasher.hash('Käse & Brot 42');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await argon2idHasher.verify(hash, 'Käse & Brot 42')).toBe(true);
  expect(await argon2idHasher.verify(hash, 'Käse & Brot 43')).toBe(false);
  expect(await argon2idHasher.verify('$argon2id$garbage', 'x')).toBe(false);
  expect(await argon2idHasher.verify('plain', 'plain')).toBe(false);
});

test('constant-time comparison compares whole strings', () => {
  expect(constantTimeEqual('abc', 'abc')).toBe(true);
  expect(constantTimeEqual('abc', 'abd')).toBe(false);
  expect(constantTimeEqual('abc', 'abcd')).toBe(false);
  expect(constantTimeEqual('', '')).toBe(true);
});
