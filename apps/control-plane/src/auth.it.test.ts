import { randomUUID } from 'node:crypto';
import { createAccessTokenVerifier } from '@trunkline/platform/tokens.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from './node/testing/api-client.ts';
import {
  password,
  publicUrl,
  startTestPlane,
  type TestPlane,
  type TestTenant,
} from './node/testing/test-plane.ts';

let plane: TestPlane;
let home: TestTenant;

beforeAll(async () => {
  plane = await startTestPlane();
  home = await plane.tenant();
});
afterAll(() => plane[Symbol.asyncDispose]());

const identity = (userName = 'admin') => `${userName}@${home.tenant.presenceDomain}`;
const signIn = (headers: Record<string, string> = {}, more: object = {}) =>
  plane.as().call('POST', '/v1/auth/sign-in', {
    body: { identity: identity(), password, ...more },
    headers: { 'x-forwarded-for': '203.0.113.1', ...headers },
  });
const cookieOf = (answer: Answer<unknown>) => answer.headers.getSetCookie()[0] ?? '';
const tokenOf = (answer: Answer<unknown>) =>
  /^tl_refresh=([^;]+)/.exec(cookieOf(answer))?.[1] ?? '';
const refresh = (token: string, headers: Record<string, string> = {}) =>
  plane.as().call('POST', '/v1/auth/refresh', {
    body: {},
    headers: { cookie: `tl_refresh=${token}`, ...headers },
  });

describe('sign-in', () => {
  test('answers an access token that the published keys verify, and the refresh cookie', async () => {
    const answer = await signIn();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(cookieOf(answer)).toMatch(
      /^tl_refresh=[^;]+; Max-Age=2592000; Path=\/v1\/auth; HttpOnly; SameSite=Strict$/,
    );
    expect(JSON.stringify(answer.body)).not.toContain(tokenOf(answer));
    const verify = createAccessTokenVerifier({
      issuer: publicUrl,
      jwks: () => plane.as().ok('GET', '/.well-known/jwks.json'),
      clock: plane.clock,
    });
    const claims = await verify(answer.body.accessToken);
    expect(claims).toMatchObject({ tid: home.tenant.id, sub: answer.body.user.id });
    expect(claims.scope.split(' ')).toEqual(expect.arrayContaining(['client', 'users:write']));
  });

  test('PLT-013 works with user name and alias in any case, or with the tenant id', async () => {
    for (const tenant of [` ${home.tenant.alias.toUpperCase()} `, home.tenant.id])
      expect((await signIn({}, { identity: 'ADMIN', tenant })).status).toBe(200);
  });

  test('a known device is used again, a foreign one is not', async () => {
    const first = await signIn();
    const { deviceId } = first.body;
    expect((await signIn({}, { deviceId })).body.deviceId).toBe(deviceId);
    const other = await plane.tenant();
    const answer = await plane.as().call('POST', '/v1/auth/sign-in', {
      body: { identity: `admin@${other.tenant.presenceDomain}`, password, deviceId },
    });
    expect(answer.body.deviceId).not.toBe(deviceId);
  });

  test.each([
    ['a wrong password', { password: 'wrong' }],
    ['an unknown user', { identity: 'nobody@uc.example' }],
    ['an unknown tenant', { identity: 'admin', tenant: 'unknown-tenant' }],
    ['no tenant', { identity: 'admin' }],
  ])('%s answers 401 invalid_credentials without a cookie', async (_name, body) => {
    const answer = await signIn({ 'x-forwarded-for': '203.0.113.2' }, body);
    expect([answer.status, answer.code]).toEqual([401, 'invalid_credentials']);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test('a page of another origin is refused; our own, and none, are not', async () => {
    expect((await signIn({ origin: 'https://evil.example' })).code).toBe('origin_not_allowed');
    expect((await signIn({ origin: 'null' })).status).toBe(403);
    expect((await signIn({ origin: 'http://127.0.0.1:8080' })).status).toBe(200);
    expect((await signIn({ origin: publicUrl })).status).toBe(200);
  });

  test('what is not the expected JSON answers 400', async () => {
    const call = (text: string, type = 'application/json') =>
      plane.as().call('POST', '/v1/auth/sign-in', { text, headers: { 'content-type': type } });
    expect((await call('{')).code).toBe('malformed_json');
    expect((await call('a=b', 'application/x-www-form-urlencoded')).code).toBe('malformed_json');
    const missing = await call('{}');
    expect(missing.code).toBe('invalid_request');
    expect(missing.body.errors.map((one: { pointer: string }) => one.pointer)).toEqual(
      expect.arrayContaining(['/identity', '/password']),
    );
  });

  test('failures of one identity run into 429 with Retry-After, others sign in', async () => {
    const name = `limit-${randomUUID()}@${home.tenant.presenceDomain}`;
    const tries = [];
    for (let index = 0; index < 12; index++)
      tries.push(await signIn({ 'x-forwarded-for': '203.0.113.9' }, { identity: name }));
    expect(tries.at(0)?.status).toBe(401);
    expect(tries.at(-1)?.code).toBe('rate_limited');
    expect(Number(tries.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await signIn({ 'x-forwarded-for': '203.0.113.9' })).status).toBe(200);
  });
});

describe('refresh', () => {
  test('rotates: a new access token and a new cookie', async () => {
    const first = tokenOf(await signIn());
    const answer = await refresh(first);
    expect(answer.status).toBe(200);
    expect(answer.body.accessToken).toBeTypeOf('string');
    expect(tokenOf(answer)).not.toBe('');
    expect(tokenOf(answer)).not.toBe(first);
    expect((await refresh(tokenOf(answer))).status).toBe(200);
  });

  test('two tabs at the same moment both succeed, one of them rotates', async () => {
    const token = tokenOf(await signIn());
    const answers = await Promise.all([refresh(token), refresh(token)]);
    expect(answers.map((one) => one.status)).toEqual([200, 200]);
    const cookies = answers.map(tokenOf).filter((one) => one !== '');
    expect(cookies).toHaveLength(1);
    expect((await refresh(cookies[0] ?? '')).status).toBe(200);
  });

  test('the previous token after more than 30 s is reuse: the session ends for everybody', async () => {
    const signedIn = await signIn();
    const stolen = tokenOf(signedIn);
    const current = tokenOf(await refresh(stolen));
    plane.clock.advance(31_000);
    expect((await refresh(stolen)).code).toBe('session_expired');
    expect((await refresh(current)).code).toBe('session_expired');
    const access = plane.as(signedIn.body.accessToken);
    expect((await access.call('GET', '/v1/users')).code).toBe('session_expired');
  });

  test('no cookie, rubbish and foreign origins are refused', async () => {
    expect((await plane.as().call('POST', '/v1/auth/refresh')).code).toBe('unauthenticated');
    expect((await refresh('rubbish')).code).toBe('session_expired');
    const token = tokenOf(await signIn());
    expect((await refresh(token, { origin: 'https://evil.example' })).code).toBe(
      'origin_not_allowed',
    );
    expect((await refresh(token)).status).toBe(200);
  });
});

describe('sign-out', () => {
  test('ends the session and takes the cookie away; again is fine', async () => {
    const signedIn = await signIn();
    const token = tokenOf(signedIn);
    const out = () =>
      plane.as().call('POST', '/v1/auth/sign-out', {
        body: {},
        headers: { cookie: `tl_refresh=${token}` },
      });
    const answer = await out();
    expect(answer.status).toBe(204);
    expect(cookieOf(answer)).toMatch(/^tl_refresh=; Max-Age=0; Path=\/v1\/auth;/);
    expect((await refresh(token)).code).toBe('session_expired');
    expect((await plane.as(signedIn.body.accessToken).call('GET', '/v1/users')).status).toBe(401);
    expect((await out()).status).toBe(204);
  });
});

describe('PLT-015 a suspended tenant', () => {
  test('its users get the scope emergency and nothing else; resumed, they work again', async () => {
    const { tenant, api } = await plane.tenant();
    const suspend = (reason: string) =>
      plane.partner.ok('POST', `/v1/tenants/${tenant.id}/suspend`, { reason });
    await suspend('payment');
    await suspend('partner');
    const { accessToken } = await plane.signIn(tenant, 'admin');
    const [, payload] = accessToken.split('.');
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
    expect(claims.scope).toBe('emergency');
    expect((await plane.as(accessToken).call('GET', '/v1/users')).code).toBe('tenant_suspended');
    expect((await api.call('GET', '/v1/users')).code).toBe('tenant_suspended');
    const resume = (reason: string) =>
      plane.partner.ok('POST', `/v1/tenants/${tenant.id}/resume`, { reason });
    expect((await resume('payment')).state).toBe('suspended');
    expect((await resume('partner')).state).toBe('trial');
    expect((await api.call('GET', '/v1/users')).status).toBe(200);
  });
});

test('no secret and no name stands in the log', () => {
  const text = JSON.stringify(plane.log.filter((line) => line.level !== 'debug'));
  expect(text).not.toContain(password);
  expect(text).not.toMatch(/tl_refresh|eyJ|tlk_/);
  expect(text).not.toContain('admin@');
});
