import { newId } from '@trunkline/contracts/ids.ts';
import { type DatabaseHandle, openDatabase } from '@trunkline/database/connect.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Api } from './node/testing/api-client.ts';
import {
  berlin,
  startTestPlane,
  type TestPlane,
  type TestTenant,
} from './node/testing/test-plane.ts';
import { fill, type Operation, operationsOf } from './node/testing/walk-api.ts';
import { offlineDocument } from './openapi/offline-document.ts';

let plane: TestPlane;
let own: TestTenant;
let foreign: TestTenant;
let foreignIds: Record<string, string>;
/** Sees the rows of all tenants. */
let owner: DatabaseHandle;

beforeAll(async () => {
  plane = await startTestPlane();
  [own, foreign] = [await plane.tenant(), await plane.tenant(plane.stranger)];
  await own.furnish();
  const { location, lineGroup, line, user, capture, callId, alert } = await foreign.furnish();
  foreignIds = {
    tenantId: foreign.tenant.id,
    userId: user.id,
    locationId: location.id,
    lineGroupId: lineGroup.id,
    lineId: line.id,
    captureId: capture.id,
    callId,
    alertId: alert.id,
  };
  owner = openDatabase({ url: plane.database.superUrl, max: 1 });
});
afterAll(async () => {
  await owner.close();
  await plane[Symbol.asyncDispose]();
});

/** A checksum over every row that belongs to a tenant, in both schemas. */
async function checksum(tenantId: string): Promise<Record<string, string>> {
  const tables = await owner.sql<{ schema: string; name: string; key: string }[]>`
    select table_schema as schema, table_name as name, column_name as key
    from information_schema.columns
    where table_schema in ('control', 'tenant')
      and (column_name = 'tenant_id' or (table_schema, table_name, column_name) = ('control', 'tenants', 'id'))
      and table_name not in ('current_tenant')
    order by 1, 2`;
  const sums: Record<string, string> = {};
  for (const { schema, name, key } of tables) {
    const [row] = await owner.sql.unsafe<{ sum: string }[]>(
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as sum
       from ${schema}.${name} t where ${key} = $1`,
      [tenantId],
    );
    sums[`${schema}.${name}`] = row?.sum ?? '';
  }
  return sums;
}

/** A body the route would take, so that nothing but the id can be wrong. */
const bodies: Readonly<Record<string, object>> = {
  'PATCH /v1/tenants/{tenantId}': { displayName: 'Taken over' },
  'POST /v1/tenants/{tenantId}/suspend': { reason: 'partner' },
  'POST /v1/tenants/{tenantId}/resume': { reason: 'partner' },
  'PATCH /v1/users/{userId}': { displayName: 'Taken over' },
  'PUT /v1/users/{userId}/password': { password: 'taken over at last' },
  'PATCH /v1/locations/{locationId}': { name: 'Taken over' },
  'PATCH /v1/line-groups/{lineGroupId}': { name: 'Taken over' },
  'PATCH /v1/lines/{lineId}': { userName: 'taken-over' },
  'PUT /v1/lines/{lineId}/call-handling': {
    doNotDisturb: true,
    forwarding: { always: '+49301', busy: null, noAnswer: null, signedOut: null },
  },
  'POST /v1/line-groups/{lineGroupId}/captures': {},
};

const byId = operationsOf(offlineDocument()).filter((one) =>
  one.pathIds.some((name) => name.endsWith('Id')),
);

async function attempt(api: Api, operation: Operation) {
  const body = bodies[operation.name];
  if (operation.takesBody && !body) throw new Error(`no body for ${operation.name} in this test`);
  return api.call(operation.method, fill(operation.path, foreignIds), {
    body,
    ...(operation.takesCsv && { text: '30,,,\n', headers: { 'content-type': 'text/csv' } }),
  });
}

describe('PLT-018 every route × id with the id of another tenant answers 404 and changes nothing', () => {
  test.each(byId.map((one) => [one.name, one] as const))('%s', async (_name, operation) => {
    const before = await checksum(foreign.tenant.id);
    const admin = await own.admin();
    const callers: [string, Api][] = [
      ['a foreign partner, in its own tenant', own.api],
      [
        'a foreign partner that names the tenant',
        plane.partner.with({ 'trunkline-tenant': foreign.tenant.id }),
      ],
      ['an admin of another tenant', admin],
      ['an admin that names the tenant', admin.with({ 'trunkline-tenant': foreign.tenant.id })],
    ];
    for (const [who, api] of callers) {
      const answer = await attempt(api, operation);
      // An admin has no scope to change tenants at all, whatever the id.
      const noScope = operation.scope === 'tenants:write' && who.startsWith('an admin');
      expect([who, answer.status]).toEqual([who, noScope ? 403 : 404]);
    }
    expect(await checksum(foreign.tenant.id)).toEqual(before);
  });

  test('the routes under test are many, and the checksum notices a change in any of them', async () => {
    expect(byId.length).toBeGreaterThanOrEqual(18);
    const before = await checksum(foreign.tenant.id);
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining(['control.tenants', 'tenant.users']),
    );
    await foreign.api.ok('PATCH', `/v1/users/${foreignIds.userId}`, { displayName: 'Anna B.' });
    const after = await checksum(foreign.tenant.id);
    const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(changed).toEqual(expect.arrayContaining(['tenant.audit', 'tenant.users']));
  });

  test('the same calls with the right caller do work: the ids are real', async () => {
    const there = [
      '/v1/users/{userId}',
      '/v1/lines/{lineId}',
      '/v1/locations/{locationId}',
      '/v1/calls/{callId}',
      '/v1/captures/{captureId}/download',
      '/v1/line-groups/{lineGroupId}/captures',
      '/v1/line-groups/{lineGroupId}/lines/export',
    ];
    for (const path of there)
      expect((await foreign.api.call('GET', fill(path, foreignIds))).status).toBe(200);
  });
});

describe('PLT-018 a foreign id in a body or query finds nothing', () => {
  test.each<[string, string, () => object]>([
    [
      'POST',
      '/v1/line-groups',
      () => ({ name: 'x', registrarHost: 'h', locationId: foreignIds.locationId }),
    ],
    [
      'POST',
      '/v1/lines',
      () => ({ userName: '1', number: '1', lineGroupId: foreignIds.lineGroupId }),
    ],
    ['POST', '/v1/lines/batch', () => ({ userNames: '1-3', lineGroupId: foreignIds.lineGroupId })],
  ])('%s %s', async (method, path, body) => {
    const before = await checksum(foreign.tenant.id);
    const answer = await own.api.call(method, path, { body: body() });
    expect([answer.status, answer.code]).toEqual([400, 'invalid_request']);
    expect(await checksum(foreign.tenant.id)).toEqual(before);
  });

  test('lists filtered by a foreign line group are empty, and no list shows foreign rows', async () => {
    const filtered = await own.api.ok('GET', `/v1/lines?lineGroupId=${foreignIds.lineGroupId}`);
    expect(filtered.items).toEqual([]);
    for (const name of ['lineGroupId', 'lineId', 'userId']) {
      const calls = await own.api.ok('GET', `/v1/calls?${name}=${foreignIds[name]}`);
      expect(calls.items).toEqual([]);
    }
    const lists = ['users', 'locations', 'line-groups', 'lines', 'calls', 'alerts?state=all'];
    for (const path of lists.map((name) => `/v1/${name}`))
      for (const item of (await own.api.ok('GET', path)).items)
        expect(Object.values(foreignIds)).not.toContain(item.id);
  });
});

describe('PLT-046 partners see their own subtree', () => {
  test('lists and reads show own tenants only', async () => {
    const mine = (await plane.partner.ok('GET', '/v1/tenants')).items.map(
      (one: { id: string }) => one.id,
    );
    expect(mine).toContain(own.tenant.id);
    expect(mine).not.toContain(foreign.tenant.id);
    expect((await plane.partner.call('GET', `/v1/tenants/${foreign.tenant.id}`)).status).toBe(404);
  });

  test('the same reference at two partners is two tenants', async () => {
    const record = (alias: string) => ({
      alias,
      displayName: alias,
      firstAdmin: { userName: 'admin', displayName: 'Admin' },
    });
    const path = '/v1/tenants/by-ref/customer-1';
    const first = await plane.partner.call('PUT', path, { body: record('ref-one') });
    const second = await plane.stranger.call('PUT', path, { body: record('ref-two') });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.body.id).not.toBe(second.body.id);
  });

  test.each([
    ['malformed', 'not-an-id'],
    ['unknown', newId('tenant')],
  ])('a tenant header that is %s answers 404, none at all 400', async (_name, value) => {
    const answer = await plane.partner.with({ 'trunkline-tenant': value }).call('GET', '/v1/users');
    expect(answer.code).toBe('not_found');
    expect((await plane.partner.call('GET', '/v1/users')).code).toBe('tenant_header_missing');
  });
});

test('PLT-018 two tenants may hold the same names', async () => {
  expect((await foreign.api.call('POST', '/v1/locations', { body: berlin() })).code).toBe(
    'already_exists',
  );
  const third = await plane.tenant();
  expect((await third.api.call('POST', '/v1/locations', { body: berlin() })).status).toBe(201);
});
