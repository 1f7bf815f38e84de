import { newId } from '@trunkline/contracts/ids.ts';
import { expect, test } from 'vitest';
import { formatRefreshToken, makeRefreshSecret, parseRefreshToken } from './refresh-token.ts';

test('a token names tenant and session and carries 256 random bits', async () => {
  const { secret, hash } = await makeRefreshSecret();
  const token = { tenantId: newId('tenant'), sessionId: newId('session'), secret };
  expect(parseRefreshToken(formatRefreshToken(token))).toEqual(token);
  expect(hash).not.toContain(secret);
  expect((await makeRefreshSecret()).secret).not.toBe(secret);
});

test('anything else is no token', () => {
  const [ten, ses, secret] = [newId('tenant'), newId('session'), 'A'.repeat(43)];
  for (const text of [
    '',
    `${ten}.${ses}`,
    `${ten}.${ses}.${secret}.x`,
    `${ses}.${ten}.${secret}`,
    `${ten}.${ses}.${secret}A`,
    `${ten}.${ses}.${'*'.repeat(43)}`,
  ])
    expect(parseRefreshToken(text)).toBeNull();
});
