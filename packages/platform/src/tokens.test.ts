import { type AccessClaims, scopesOf } from '@trunkline/contracts/auth.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { importJWK, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Clock } from './clock.ts';
import { createAccessTokenVerifier, generateSigningKey, signAccessToken } from './tokens.ts';

const issuer = 'https://uc.example';
const start = Date.parse('2026-11-23T09:00:00Z');

function testClock() {
  let ms = 0;
  const clock: Clock = { now: () => new Date(start + ms), monotonic: () => ms };
  const advance = (by: number) => {
    ms += by;
  };
  return { clock, advance };
}

function claims(over: Partial<AccessClaims> = {}): AccessClaims {
  const iat = start / 1000;
  return {
    iss: issuer,
    aud: 'trunkline',
    sub: newId('user'),
    tid: newId('tenant'),
    did: newId('device'),
    sid: newId('session'),
    scope: 'client users:read made:up',
    name: 'Anna',
    lang: 'de',
    iat,
    exp: iat + 600,
    jti: 'j',
    ...over,
  };
}

describe('access tokens', () => {
  test('round trip; unknown scopes are dropped', async () => {
    const key = await generateSigningKey();
    const { clock } = testClock();
    const verify = createAccessTokenVerifier({
      issuer,
      clock,
      jwks: async () => ({ keys: [key.publicJwk] }),
    });
    const made = claims();
    const read = await verify(await signAccessToken({ key, claims: made }));
    expect(read).toEqual(made);
    expect(scopesOf(read)).toEqual(['client', 'users:read']);
  });

  test('an expired token is refused as expired, and read for emergencies', async () => {
    const key = await generateSigningKey();
    const { clock, advance } = testClock();
    const verify = createAccessTokenVerifier({
      issuer,
      clock,
      jwks: async () => ({ keys: [key.publicJwk] }),
    });
    const token = await signAccessToken({ key, claims: claims() });
    advance(700_000);
    await expect(verify(token)).rejects.toMatchObject({ code: 'session_expired' });
    expect((await verify(token, { ignoreExpiry: true })).name).toBe('Anna');
  });

  test.each([
    ['other issuer', { iss: 'https://evil.example' }],
    ['other audience', { aud: 'other' as never }],
    ['no tenant', { tid: undefined as never }],
    ['malformed user id', { sub: 'anna' as never }],
  ])('%s is refused', async (_name, over) => {
    const key = await generateSigningKey();
    const { clock } = testClock();
    const verify = createAccessTokenVerifier({
      issuer,
      clock,
      jwks: async () => ({ keys: [key.publicJwk] }),
    });
    const token = await signAccessToken({ key, claims: claims(over) });
    await expect(verify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('another type, algorithm "none" and a stranger\'s key with a known kid are refused', async () => {
    const key = await generateSigningKey();
    const stranger = { ...(await generateSigningKey()), kid: key.kid };
    const { clock } = testClock();
    const verify = createAccessTokenVerifier({
      issuer,
      clock,
      jwks: async () => ({ keys: [key.publicJwk] }),
    });
    const idToken = await new SignJWT({ ...claims() })
      .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: 'JWT' })
      .sign(await importJWK(key.privateJwk, 'ES256'));
    const none = `${btoa(JSON.stringify({ alg: 'none', kid: key.kid, typ: 'at+jwt' }))}.${btoa(JSON.stringify(claims()))}.`;
    for (const token of [
      idToken,
      none,
      await signAccessToken({ key: stranger, claims: claims() }),
      'x',
      '',
    ])
      await expect(verify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('an unknown key id fetches the set again, at most every 10 s; the last good set serves an outage', async () => {
    const [first, second] = [await generateSigningKey(), await generateSigningKey()];
    const { clock, advance } = testClock();
    let fetches = 0;
    let answer: () => Promise<{ keys: object[] }> = async () => ({ keys: [first.publicJwk] });
    const verify = createAccessTokenVerifier({
      issuer,
      clock,
      jwks: () => {
        fetches++;
        return answer() as never;
      },
    });
    const old = await signAccessToken({ key: first, claims: claims() });
    const rotated = await signAccessToken({ key: second, claims: claims() });
    await verify(old);
    await expect(verify(rotated)).rejects.toThrow(TrunklineError);
    await expect(verify(rotated)).rejects.toThrow(TrunklineError);
    expect(fetches).toBe(1);
    advance(11_000);
    answer = async () => ({ keys: [first.publicJwk, second.publicJwk] });
    await verify(rotated);
    expect(fetches).toBe(2);
    advance(11_000);
    answer = () => Promise.reject(new Error('control plane away'));
    await verify(old);
    await verify(rotated);
    const unknown = await signAccessToken({ key: await generateSigningKey(), claims: claims() });
    await expect(verify(unknown)).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
