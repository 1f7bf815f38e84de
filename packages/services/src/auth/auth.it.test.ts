import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { outbox } from '@trunkline/database/tenant/records.ts';
import { sessions } from '@trunkline/database/tenant/sessions.ts';
import { createAccessTokenVerifier } from '@trunkline/platform/tokens.ts';
import { eq } from 'drizzle-orm';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticateApiKey } from '../keys/api-key.ts';
import { openTestPlatform, type TestPlatform, testPassword } from '../node/test-platform.ts';
import { suspendTenant } from '../tenants/suspension.ts';
import { setPassword } from '../users/set-password.ts';
import { updateUser } from '../users/update-user.ts';
import { requireLiveSession } from './live-session.ts';
import { refreshSession } from './refresh-session.ts';
import { parseRefreshToken } from './refresh-token.ts';
import { signIn } from './sign-in.ts';
import { signOut } from './sign-out.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

let address = 0;
const nobody = () => system.as({ kind: 'system', name: 'sign-in' });
const enter = (identity: string, over: Record<string, unknown> = {}) => {
  address += 1;
  return signIn(
    nobody(),
    { identity, password: testPassword, ...over },
    `192.0.2.${address % 250}`,
  );
};
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (error: unknown) => (error instanceof TrunklineError ? error.code : String(error)),
  );
const member = async () => {
  const tenant = await system.tenant();
  const user = await system.member(tenant.id, { password: testPassword, roles: ['admin'] });
  return { tenant, user };
};

test('sign-in by identity in any case, by user name with alias, and by tenant id', async () => {
  const { tenant, user } = await member();
  const verify = createAccessTokenVerifier({
    issuer: 'http://localhost:8080',
    jwks: () => system.platform.signingKeys.publicKeys('token'),
    clock: system.clock,
  });
  for (const input of [
    { identity: user.identity.toUpperCase() },
    { identity: user.userName, tenant: ` ${tenant.alias.toUpperCase()} ` },
    { identity: user.userName, tenant: tenant.id },
  ]) {
    const { signedIn } = await enter(input.identity, input);
    expect(signedIn.user).toMatchObject({ id: user.id, tenantId: tenant.id, language: 'de' });
    const claims = await verify(signedIn.accessToken);
    expect(claims).toMatchObject({ sub: user.id, tid: tenant.id, did: signedIn.deviceId });
    expect(claims.scope.split(' ')).toContain('users:write');
  }
});

test('a device id is kept for its user and replaced when it is somebody else’s', async () => {
  const { user } = await member();
  const first = await enter(user.identity);
  const { deviceId } = first.signedIn;
  expect((await enter(user.identity, { deviceId })).signedIn.deviceId).toBe(deviceId);
  const other = await member();
  expect((await enter(other.user.identity, { deviceId })).signedIn.deviceId).not.toBe(deviceId);
});

test('unknown tenant, unknown user, wrong password, no password and a disabled user look the same', async () => {
  const { tenant, user } = await member();
  const without = await system.member(tenant.id);
  await updateUser(system.partner(tenant.id), without.id, { enabled: false });
  const attempts = [
    enter('anna@nirgendwo.example'),
    enter('anna'),
    enter('anna', { tenant: 'gibt-es-nicht' }),
    enter(`nobody@${tenant.presenceDomain}`),
    enter(user.identity, { password: 'falsch' }),
    enter(without.identity),
  ];
  expect(new Set(await Promise.all(attempts.map(codeOf)))).toEqual(
    new Set(['invalid_credentials']),
  );
});

test('an unknown user costs a hash like a known one', async () => {
  const { tenant, user } = await member();
  let verified = 0;
  const { hasher } = system.platform;
  const ctx = {
    ...nobody(),
    hasher: {
      hash: hasher.hash,
      verify(hash: string, password: string) {
        verified += 1;
        return hasher.verify(hash, password);
      },
    },
  };
  for (const identity of [user.identity, `x@${tenant.presenceDomain}`, 'x@y.example'])
    await codeOf(signIn(ctx, { identity, password: 'falsch' }, '198.51.100.1'));
  expect(verified).toBe(3);
});

test('failures on one identity are slowed down; successes and other identities are not', async () => {
  const { user } = await member();
  const bystander = await member();
  for (let round = 0; round < 15; round += 1) await enter(user.identity);
  const results: string[] = [];
  for (let round = 0; round < 11; round += 1)
    results.push(await codeOf(enter(user.identity, { password: 'falsch' })));
  expect(results.slice(0, 10)).toEqual(Array(10).fill('invalid_credentials'));
  expect(results[10]).toBe('rate_limited');
  const wait = await enter(user.identity).catch((error: TrunklineError) => error.retryAfterSeconds);
  expect(wait).toBeGreaterThan(20);
  expect(wait).toBeLessThanOrEqual(30);
  expect(await codeOf(enter(bystander.user.identity))).toBe('fine');
  system.clock.advance(31_000);
  expect(await codeOf(enter(user.identity))).toBe('fine');
});

test('an identity is one however it is written; words nobody reads give no further attempts', async () => {
  const { tenant, user } = await member();
  const spellings = (round: number) => [
    { identity: user.identity, tenant: `word ${round}` },
    { identity: user.identity.toUpperCase() },
    { identity: user.userName, tenant: tenant.alias },
    { identity: user.userName, tenant: tenant.id },
  ];
  const results: string[] = [];
  for (let round = 0; round < 3; round += 1)
    for (const spelling of spellings(round))
      results.push(await codeOf(enter(spelling.identity, { ...spelling, password: 'falsch' })));
  expect(results.slice(0, 10)).toEqual(Array(10).fill('invalid_credentials'));
  expect(results.slice(10)).toEqual(['rate_limited', 'rate_limited']);
});

test('PLT-015 users of a suspended tenant get the scope emergency and nothing else', async () => {
  const { tenant, user } = await member();
  const before = await enter(user.identity);
  await suspendTenant(system.partner(), tenant.id, { reason: 'payment' });
  const { signedIn } = await enter(user.identity);
  expect(decodeJwt(signedIn.accessToken)).toMatchObject({ scope: 'emergency' });
  const again = await refreshSession(nobody(), before.refreshToken);
  expect(decodeJwt(again.signedIn.accessToken)).toMatchObject({ scope: 'emergency' });
});

test('a cancelled tenant and one in provisioning let nobody in, and say so only to those who know the password', async () => {
  for (const state of ['cancelled', 'provisioning'] as const) {
    const { tenant, user } = await member();
    const before = await enter(user.identity);
    await system.platform.db.operator
      .update(tenants)
      .set({ state })
      .where(eq(tenants.id, tenant.id));
    expect(await codeOf(enter(user.identity))).toBe('tenant_suspended');
    expect(await codeOf(enter(user.identity, { password: 'falsch' }))).toBe('invalid_credentials');
    expect(await codeOf(refreshSession(nobody(), before.refreshToken))).toBe('session_expired');
  }
});

test('a refresh token rotates; the one before answers for 30 s without a new one', async () => {
  const { user } = await member();
  const { refreshToken } = await enter(user.identity);
  const first = await refreshSession(nobody(), refreshToken);
  expect(first.refreshToken).not.toBeNull();
  const late = await refreshSession(nobody(), refreshToken);
  expect(late.refreshToken).toBeNull();
  expect(late.signedIn.user.id).toBe(user.id);
  const next = await refreshSession(nobody(), first.refreshToken ?? '');
  expect(next.refreshToken).not.toBeNull();
});

test('two tabs that refresh at the same moment both go on', async () => {
  const { user } = await member();
  const { refreshToken } = await enter(user.identity);
  const both = await Promise.all([
    refreshSession(nobody(), refreshToken),
    refreshSession(nobody(), refreshToken),
  ]);
  const fresh = both.map((one) => one.refreshToken).filter((token) => token !== null);
  expect(fresh).toHaveLength(1);
  expect(await codeOf(refreshSession(nobody(), fresh[0] ?? ''))).toBe('fine');
});

test('a token used again after 30 s ends the session, also for the thief', async () => {
  const { tenant, user } = await member();
  const { refreshToken } = await enter(user.identity);
  const { refreshToken: current } = await refreshSession(nobody(), refreshToken);
  system.clock.advance(31_000);
  expect(await codeOf(refreshSession(nobody(), refreshToken))).toBe('session_expired');
  expect(await codeOf(refreshSession(nobody(), current ?? ''))).toBe('session_expired');
  const sessionId = parseRefreshToken(refreshToken)?.sessionId;
  const told = await withTenant(system.platform.db.worker, tenant.id, (tx) =>
    tx.select().from(outbox).where(eq(outbox.topic, 'session.ended')),
  );
  expect(told.map((row) => row.payload)).toContainEqual({ sessionId });
});

test('a session ends by sign-out, a new password, disabling, and after 30 unused days', async () => {
  const ended = async (
    end: (who: Awaited<ReturnType<typeof member>>, token: string) => unknown,
  ) => {
    const who = await member();
    const { refreshToken } = await enter(who.user.identity);
    await end(who, refreshToken);
    return codeOf(refreshSession(nobody(), refreshToken));
  };
  const admin = (tenantId: Awaited<ReturnType<typeof member>>['tenant']['id']) =>
    system.partner(tenantId);
  const results = [
    await ended((_who, token) => signOut(nobody(), token)),
    await ended(({ tenant, user }) =>
      setPassword(admin(tenant.id), user.id, { password: 'neues-passwort' }),
    ),
    await ended(({ tenant, user }) => updateUser(admin(tenant.id), user.id, { enabled: false })),
    await ended(() => system.clock.advance(31 * 24 * 3600 * 1000)),
  ];
  expect(results).toEqual(Array(4).fill('session_expired'));
});

test('rubbish is no refresh token, and signing out with it is fine', async () => {
  const { tenant } = await member();
  const secret = 'A'.repeat(43);
  for (const token of ['', 'x', `${tenant.id}.${newId('session')}.${secret}`, 'a.b.c.d']) {
    expect(await codeOf(refreshSession(nobody(), token))).toBe('session_expired');
    await signOut(nobody(), token);
  }
});

test('an access token whose session ended changes nothing any more', async () => {
  const { tenant, user } = await member();
  const { refreshToken, signedIn } = await enter(user.identity);
  const sessionId = parseRefreshToken(refreshToken)?.sessionId ?? newId('session');
  const principal = {
    kind: 'user' as const,
    userId: user.id,
    tenantId: tenant.id,
    deviceId: signedIn.deviceId,
    sessionId,
    scopes: new Set<never>(),
  };
  expect(await codeOf(requireLiveSession(system.platform, principal))).toBe('fine');
  await signOut(nobody(), refreshToken);
  expect(await codeOf(requireLiveSession(system.platform, principal))).toBe('session_expired');
});

test('of a refresh token only hashes are stored', async () => {
  const { tenant, user } = await member();
  const { refreshToken } = await enter(user.identity);
  const rows = await withTenant(system.platform.db.app, tenant.id, (tx) =>
    tx.select().from(sessions),
  );
  expect(JSON.stringify(rows)).not.toContain(parseRefreshToken(refreshToken)?.secret);
});

test('PLT-052 an API key is found by prefix and secret; wrong, unknown, expired ones are refused', async () => {
  const { router } = system.platform.db;
  const found = (token: string) => authenticateApiKey(router, system.clock, token);
  const principal = await found(system.partnerKey);
  expect(principal).toMatchObject({ partnerId: system.installation.partnerId });
  expect(principal.scopes.has('client')).toBe(false);
  const wrong = `${system.partnerKey.slice(0, -4)}AAAA`;
  for (const token of [wrong, 'tlk_000000000000_aaaaaaaaaaaaaaaaaaaaaaaaa', 'tlk_x', ''])
    expect(await codeOf(found(token))).toBe('unauthenticated');
  system.clock.advance(366 * 24 * 3600 * 1000);
  expect(await codeOf(found(system.partnerKey))).toBe('unauthenticated');
});
