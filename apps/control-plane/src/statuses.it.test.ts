import { newId } from '@trunkline/contracts/ids.ts';
import type { Scope } from '@trunkline/contracts/scopes.ts';
import { apiKeys } from '@trunkline/database/control/partners.ts';
import { randomSecret, sha256 } from '@trunkline/platform/bytes.ts';
import { createRateLimiter } from '@trunkline/platform/rate-limit.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { maxBodyBytes } from './http/body-limit.ts';
import { defaultLimits } from './http/rate-limit.ts';
import type { Api } from './node/testing/api-client.ts';
import { createTestClock } from './node/testing/test-clock.ts';
import {
  berlin,
  type Furniture,
  password,
  startTestPlane,
  type TestPlane,
  type TestTenant,
} from './node/testing/test-plane.ts';
import { fill, type Operation, operationsOf } from './node/testing/walk-api.ts';
import { offlineDocument } from './openapi/offline-document.ts';

let plane: TestPlane;
let home: TestTenant;
let things: Furniture;
let ids: Record<string, string>;

beforeAll(async () => {
  plane = await startTestPlane();
  home = await plane.tenant();
  things = await home.furnish();
  ids = {
    tenantId: home.tenant.id,
    userId: things.user.id,
    locationId: things.location.id,
    lineGroupId: things.lineGroup.id,
    lineId: things.line.id,
    captureId: things.capture.id,
    callId: things.callId,
    alertId: things.alert.id,
    reference: 'reference',
  };
});
afterAll(() => plane[Symbol.asyncDispose]());

const operations = operationsOf(offlineDocument());
const all = operations.map((one) => [one.name, one] as const);
const withBody = all.filter(([, one]) => one.takesBody);
const withIds = all.filter(([, one]) => one.pathIds.some((name) => name.endsWith('Id')));
const tenantScoped = all.filter(([, one]) => one.tenantScoped);

/** A key of the tenant's own with these scopes. */
async function keyWith(scopes: Scope[], more: object = {}): Promise<{ token: string; id: string }> {
  const [prefix, secret] = [newId('request').slice(-10), randomSecret(32)];
  const id = newId('apiKey');
  await plane.platform.db.operator.insert(apiKeys).values({
    id,
    tenantId: home.tenant.id,
    name: 'test',
    prefix,
    secretHash: await sha256(secret),
    scopes,
    expiresAt: new Date(plane.clock.now().getTime() + 3_600_000),
    ...more,
  });
  return { token: `tlk_${prefix}_${secret}`, id };
}

const send = (api: Api, operation: Operation, options: Parameters<Api['call']>[2] = {}) =>
  api.call(operation.method, fill(operation.path, ids), {
    ...(operation.takesBody && { body: {} }),
    ...(operation.takesCsv && { text: '', headers: { 'content-type': 'text/csv' } }),
    ...options,
  });

describe('401 on every route', () => {
  test.each(all)('%s without a caller', async (_name, operation) => {
    const answer = await send(plane.as(), operation);
    expect([answer.status, answer.code]).toEqual([401, 'unauthenticated']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  test.each([
    ['an unknown key', async () => `tlk_unknown1_${'x'.repeat(43)}`],
    ['a wrong secret', async () => `${(await keyWith(['users:read'])).token.slice(0, -4)}abcd`],
    [
      'an expired key',
      async () => (await keyWith(['users:read'], { expiresAt: new Date(0) })).token,
    ],
    ['a revoked key', async () => (await keyWith(['users:read'], { revokedAt: new Date() })).token],
    ['no token of ours', async () => 'a.b.c'],
  ])('PLT-052 %s', async (_name, make) => {
    const answer = await plane.as(await make()).call('GET', '/v1/users');
    expect([answer.status, answer.code]).toEqual([401, 'unauthenticated']);
  });

  test('an access token that has ended', async () => {
    const api = await home.admin();
    expect((await api.call('GET', '/v1/users')).status).toBe(200);
    plane.clock.advance(11 * 60_000);
    expect((await api.call('GET', '/v1/users')).code).toBe('session_expired');
  });
});

describe('403 missing_scope on every route', () => {
  test.each(all)('%s names the scope', async (_name, operation) => {
    const { token } = await keyWith(['audit:read']);
    const answer = await send(plane.as(token), operation);
    expect([answer.status, answer.code, answer.body.scope]).toEqual([
      403,
      'missing_scope',
      operation.scope,
    ]);
  });

  test('PLT-052 the example: users:read on POST /v1/users names users:write', async () => {
    const { token } = await keyWith(['users:read']);
    expect((await plane.as(token).call('GET', '/v1/users')).status).toBe(200);
    const answer = await plane.as(token).call('POST', '/v1/users', { body: {} });
    expect([answer.status, answer.body.scope]).toEqual([403, 'users:write']);
  });

  test('PLT-048 a user admin gives nobody the telephony admin’s rights', async () => {
    await home.api.ok('POST', '/v1/users', {
      userName: 'ua',
      displayName: 'User admin',
      password,
      roles: ['user_admin'],
    });
    const api = plane.as((await plane.signIn(home.tenant, 'ua')).accessToken);
    const body = { userName: 'ta', displayName: 'T', roles: ['telephony_admin'] };
    expect((await api.call('POST', '/v1/users', { body })).status).toBe(403);
    expect((await api.call('GET', '/v1/lines')).body.scope).toBe('lines:read');
  });
});

describe('400', () => {
  test.each(tenantScoped)('%s without Trunkline-Tenant', async (_name, operation) => {
    expect((await send(plane.partner, operation)).code).toBe('tenant_header_missing');
  });

  test.each(withBody)('%s with what is no JSON', async (_name, operation) => {
    const answer = await send(home.api, operation, { text: '{"a":' });
    expect([answer.status, answer.code]).toEqual([400, 'malformed_json']);
  });

  test.each(withBody)('%s with a field nobody knows names it', async (_name, operation) => {
    const answer = await send(home.api, operation, { body: { nonsense: 1 } });
    expect([answer.status, answer.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.errors.length).toBeGreaterThan(0);
  });

  test.each(['/v1/tenants', '/v1/users', '/v1/locations', '/v1/line-groups', '/v1/lines'])(
    'GET %s with a bad cursor or limit',
    async (path) => {
      for (const query of ['cursor=nonsense', 'limit=0', 'limit=201', 'limit=x'])
        expect((await home.api.call('GET', `${path}?${query}`)).code).toBe('invalid_request');
    },
  );
});

describe('404', () => {
  test.each(withIds)('%s with an id that is none, or of nothing', async (_name, operation) => {
    const made = {
      tenantId: newId('tenant'),
      userId: newId('user'),
      locationId: newId('location'),
      lineGroupId: newId('lineGroup'),
      lineId: newId('line'),
      captureId: newId('capture'),
      callId: newId('call'),
      alertId: newId('alert'),
    };
    const bodies: Record<string, object> = {
      suspend: { reason: 'partner' },
      resume: { reason: 'partner' },
      password: { password },
      'call-handling': {
        doNotDisturb: false,
        forwarding: { always: null, busy: null, noAnswer: null, signedOut: null },
      },
    };
    const body = bodies[operation.path.split('/').at(-1) ?? ''] ?? {};
    for (const values of [made, Object.fromEntries(Object.keys(made).map((name) => [name, 'x']))]) {
      const answer = await home.api.call(operation.method, fill(operation.path, values), {
        ...(operation.takesBody && { body }),
      });
      expect([answer.status, answer.code]).toEqual([404, 'not_found']);
    }
  });

  test('unknown paths, in the language asked for', async () => {
    const german = await plane.as().call('GET', '/v1/nothing');
    expect([german.status, german.body.title]).toEqual([404, 'Nicht gefunden.']);
    const english = await plane
      .as()
      .call('GET', '/v1/nothing', { headers: { 'accept-language': 'fr, en;q=0.8, de;q=0.2' } });
    expect(english.body.title).toBe('Not found.');
    expect(english.headers.get('content-language')).toBe('en');
  });
});

test('405 names the methods a path has', async () => {
  const answer = await home.api.call('DELETE', '/v1/users');
  expect([answer.status, answer.code]).toEqual([405, 'method_not_allowed']);
  expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST']);
});

describe('413', () => {
  test.each(withBody)('%s', async (_name, operation) => {
    const answer = await send(home.api, operation, { text: `"${'x'.repeat(maxBodyBytes)}"` });
    expect([answer.status, answer.code]).toEqual([413, 'payload_too_large']);
  });
});

describe('versions: ETag and If-Match', () => {
  test.each([
    ['/v1/users', () => things.user.id, { displayName: 'Anna A.' }],
    ['/v1/locations', () => things.location.id, { timeZone: 'Europe/Vienna' }],
    ['/v1/line-groups', () => things.lineGroup.id, { expiresSeconds: 120 }],
    ['/v1/lines', () => things.line.id, { journal: false }],
    ['/v1/tenants', () => home.tenant.id, { displayName: 'Renamed' }],
  ])('PATCH %s: 412 on another version, 200 on the current one or any', async (path, id, body) => {
    const address = `${path}/${id()}`;
    const read = await home.api.call('GET', address);
    const etag = read.headers.get('etag') ?? '';
    expect(etag).toBe(`"${read.body.version}"`);
    const change = (ifMatch?: string) =>
      home.api.call('PATCH', address, { body, headers: { 'if-match': ifMatch } });
    const refused = await change('"9999"');
    expect([refused.status, refused.code]).toEqual([412, 'precondition_failed']);
    expect((await home.api.call('GET', address)).body).toEqual(read.body);
    const changed = await change(etag);
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject(body);
    expect(changed.headers.get('etag')).toBe(`"${read.body.version + 1}"`);
    expect((await change(etag)).status).toBe(412);
    expect((await change('*')).status).toBe(200);
    expect((await change()).status).toBe(200);
  });

  test.each(['/v1/users', '/v1/locations', '/v1/line-groups', '/v1/lines'])(
    'DELETE %s: 412 on another version',
    async (path) => {
      const id = {
        '/v1/users': things.user.id,
        '/v1/locations': things.location.id,
        '/v1/line-groups': things.lineGroup.id,
      }[path];
      const answer = await home.api.call('DELETE', `${path}/${id ?? things.line.id}`, {
        headers: { 'if-match': '"9999"' },
      });
      expect(answer.status).toBe(412);
    },
  );
});

describe('409', () => {
  test('names that are taken, things still in use, states that do not follow', async () => {
    const code = async (method: string, path: string, body?: object) =>
      (await home.api.call(method, path, { body })).code;
    const admin = { firstAdmin: { userName: 'a', displayName: 'A' } };
    expect(
      await code('POST', '/v1/tenants', { alias: home.tenant.alias, displayName: 'x', ...admin }),
    ).toBe('alias_taken');
    expect(await code('POST', '/v1/users', { userName: 'anna', displayName: 'x' })).toBe(
      'already_exists',
    );
    expect(await code('POST', '/v1/locations', berlin())).toBe('already_exists');
    expect(
      await code('POST', '/v1/line-groups', {
        name: 'PBX',
        locationId: ids.locationId,
        registrarHost: 'h',
      }),
    ).toBe('already_exists');
    expect(
      await code('POST', '/v1/lines', {
        lineGroupId: ids.lineGroupId,
        userName: '20',
        number: '20',
      }),
    ).toBe('already_exists');
    expect(await code('DELETE', `/v1/locations/${ids.locationId}`)).toBe('still_in_use');
    expect(await code('DELETE', `/v1/line-groups/${ids.lineGroupId}`)).toBe('still_in_use');
    expect(await code('POST', `/v1/tenants/${home.tenant.id}/resume`, { reason: 'partner' })).toBe(
      'illegal_transition',
    );
  });

  test('PLT-048 the single owner keeps the role and stays', async () => {
    const [owner] = (await home.api.ok('GET', '/v1/users')).items;
    const refused = await home.api.call('PATCH', `/v1/users/${owner.id}`, { body: { roles: [] } });
    expect([refused.status, refused.code]).toEqual([409, 'last_owner']);
    expect((await home.api.call('DELETE', `/v1/users/${owner.id}`)).code).toBe('last_owner');
    expect(
      (await home.api.call('PATCH', `/v1/users/${owner.id}`, { body: { enabled: false } })).code,
    ).toBe('last_owner');
  });
});

describe('success', () => {
  test('created, read, listed page by page, changed, deleted', async () => {
    const { api } = await plane.tenant();
    const made = [];
    for (let index = 0; index < 5; index++) {
      const answer = await api.call('POST', '/v1/locations', { body: berlin(`Place ${index}`) });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('location')).toBe(`/v1/locations/${answer.body.id}`);
      expect(answer.body.areaCode).toBe('30');
      made.push(answer.body.id);
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: { id: string }[]; nextCursor: string | null } = await api.ok(
        'GET',
        `/v1/locations?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((one) => one.id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(made);
    const gone = await api.call('DELETE', `/v1/locations/${made[0]}`);
    expect([gone.status, gone.body]).toEqual([204, '']);
    expect((await api.call('GET', `/v1/locations/${made[0]}`)).status).toBe(404);
  });

  test('a password is set and the old one is no longer good', async () => {
    const user = await home.api.ok('POST', '/v1/users', {
      userName: 'carl',
      displayName: 'Carl',
      password,
    });
    const path = `/v1/users/${user.id}/password`;
    const answer = await home.api.call('PUT', path, { body: { password: 'another long one' } });
    expect(answer.status).toBe(204);
    await expect(plane.signIn(home.tenant, 'carl')).rejects.toThrow('401');
    expect((await plane.signIn(home.tenant, 'carl', 'another long one')).user.id).toBe(user.id);
  });

  test('a line shows that it has a password, never which', async () => {
    const line = await home.api.ok('GET', `/v1/lines/${ids.lineId}`);
    expect(line).toMatchObject({ hasPassword: true, users: [{ userId: ids.userId }] });
    expect(JSON.stringify(line)).not.toContain('line-secret');
    const reset = await home.api.call('POST', `/v1/lines/${ids.lineId}/reset`);
    expect(reset.status).toBe(200);
  });
});

describe('every answer', () => {
  test('carries request id and trace, and headers that keep browsers in check', async () => {
    const trace = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
    const answer = await home.api.call('GET', '/v1/users', { headers: { traceparent: trace } });
    expect(answer.headers.get('traceparent')?.split('-')[1]).toBe('ab'.repeat(16));
    expect(answer.headers.get('request-id')).toMatch(/^req_/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const line = plane.log.findLast((one) => one.requestId === answer.headers.get('request-id'));
    expect(line).toMatchObject({
      route: '/v1/users',
      status: 200,
      tenant: home.tenant.id,
      traceId: 'ab'.repeat(16),
    });
  });

  test('health, readiness, key set and description need no caller', async () => {
    const anybody = plane.as();
    expect(await anybody.ok('GET', '/healthz')).toEqual({ status: 'ok' });
    expect(await anybody.ok('GET', '/readyz')).toEqual({ status: 'ready' });
    const { keys } = await anybody.ok('GET', '/.well-known/jwks.json');
    expect(Object.keys(keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect((await anybody.ok('GET', '/v1/openapi.json')).openapi).toBe('3.1.0');
  });

  test('the reference page is ours alone: no other host, no inline script', async () => {
    const page = await plane.as().call<string>('GET', '/v1/docs');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(page.body).not.toMatch(/<script>|https?:\/\//);
    for (const [, source] of page.body.matchAll(/src="([^"]+)"/g)) {
      const script = await plane.as().call('GET', source ?? '');
      expect(script.headers.get('content-type')).toContain('text/javascript');
      expect(script.status).toBe(200);
    }
  });
});

describe('429', () => {
  const tiny = (capacity: number) =>
    createRateLimiter({ capacity, refillPerSecond: 0.01, maxKeys: 100, clock: createTestClock() });

  test('per caller, with Retry-After; others go on', async () => {
    await using small = await startTestPlane({
      limits: (clock) => ({ ...defaultLimits(clock), user: tiny(3) }),
    });
    const { tenant, api, admin } = await small.tenant();
    const user = await admin();
    const codes = [];
    for (let index = 0; index < 5; index++)
      codes.push((await user.call('GET', '/v1/users')).status);
    expect(codes).toEqual([200, 200, 200, 429, 429]);
    const refused = await user.call('GET', '/v1/users');
    expect(refused.code).toBe('rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await api.call('GET', '/v1/users')).status).toBe(200);
    expect(tenant.id).toMatch(/^ten_/);
  });

  test('PLT-018 h one tenant’s load does not take the others’ share', async () => {
    await using small = await startTestPlane({
      limits: (clock) => ({ ...defaultLimits(clock), tenant: tiny(20) }),
    });
    const [loud, quiet] = [await small.tenant(), await small.tenant()];
    const burst = await Promise.all(
      Array.from({ length: 40 }, () => loud.api.call('GET', '/v1/users')),
    );
    expect(burst.filter((one) => one.status === 200)).toHaveLength(20);
    expect(burst.filter((one) => one.status === 429)).toHaveLength(20);
    expect((await quiet.api.call('GET', '/v1/users')).status).toBe(200);
  });
});
