import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  berlin,
  startTestPlane,
  type TestPlane,
  type TestTenant,
} from './node/testing/test-plane.ts';
import { operationsOf } from './node/testing/walk-api.ts';
import { offlineDocument } from './openapi/offline-document.ts';

let plane: TestPlane;
let home: TestTenant;

beforeAll(async () => {
  plane = await startTestPlane();
  home = await plane.tenant();
});
afterAll(() => plane[Symbol.asyncDispose]());

const post = (key: string | undefined, body: object, path = '/v1/locations', api = home.api) =>
  api.call('POST', path, { body, headers: { 'idempotency-key': key } });
const locations = async () => (await home.api.ok('GET', '/v1/locations?limit=200')).items.length;

describe('PLT-051 idempotent writes', () => {
  test.each(
    operationsOf(offlineDocument())
      .filter((one) => one.method === 'POST')
      .map((one) => [one.name, one] as const),
  )('%s without a key answers 400', async (_name, operation) => {
    const path = operation.path.replace('{tenantId}', home.tenant.id).replace('{lineId}', 'x');
    const answer = await post(undefined, {}, path);
    expect([answer.status, answer.code]).toEqual([400, 'idempotency_key_missing']);
  });

  test('the same request again is replayed: one row, same body, same headers', async () => {
    const key = randomUUID();
    const first = await post(key, berlin('Once'));
    const count = await locations();
    const again = await post(key, berlin('Once'));
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    for (const name of ['etag', 'location'])
      expect(again.headers.get(name)).toBe(first.headers.get(name));
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await locations()).toBe(count);
  });

  test('the example: POST create "Musterfirma" twice is one tenant; another body with that key 422', async () => {
    const key = randomUUID();
    const body = {
      alias: 'musterfirma',
      displayName: 'Musterfirma',
      firstAdmin: { userName: 'chef', displayName: 'Chef' },
    };
    const send = (more: object) => post(key, { ...body, ...more }, '/v1/tenants', plane.partner);
    const [first, again] = [await send({}), await send({})];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await send({ alias: 'musterfirma-2' });
    expect([other.status, other.code]).toEqual([422, 'idempotency_key_reused']);
    const { items } = await plane.partner.ok('GET', '/v1/tenants?limit=200');
    expect(
      items.filter((one: { alias: string }) => one.alias.startsWith('musterfirma')),
    ).toHaveLength(1);
  });

  test('two equal requests at the same moment make one row; the other waits or is replayed', async () => {
    for (let round = 0; round < 5; round++) {
      const key = randomUUID();
      const before = await locations();
      const answers = await Promise.all([1, 2, 3].map(() => post(key, berlin(`Race ${round}`))));
      expect(answers.filter((one) => one.status === 201).length).toBeGreaterThanOrEqual(1);
      for (const answer of answers)
        if (answer.status !== 201) {
          expect(answer.code).toBe('idempotency_in_progress');
          expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        }
      const ids = new Set(
        answers.filter((one) => one.status === 201).map((one) => one.body.id as string),
      );
      expect(ids.size).toBe(1);
      expect(await locations()).toBe(before + 1);
      expect((await post(key, berlin(`Race ${round}`))).headers.get('idempotent-replayed')).toBe(
        'true',
      );
    }
  });

  test('a refusal is kept too, in its own words', async () => {
    const key = randomUUID();
    await home.api.ok('POST', '/v1/locations', berlin('Taken'));
    const [first, again] = [await post(key, berlin('Taken')), await post(key, berlin('Taken'))];
    expect([first.status, again.status]).toEqual([409, 409]);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('content-type')).toContain('application/problem+json');
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  test('the same key of another caller, or in another tenant, is another key', async () => {
    const key = randomUUID();
    const other = await plane.tenant();
    const [here, there] = [
      await post(key, berlin('Mine')),
      await post(key, berlin('Mine'), '/v1/locations', other.api),
    ];
    expect([here.status, there.status]).toEqual([201, 201]);
    expect(here.body.id).not.toBe(there.body.id);
    const admin = await home.admin();
    expect((await post(key, berlin('Mine'), '/v1/locations', admin)).code).toBe('already_exists');
  });

  test('a reply is kept for seven days and not longer', async () => {
    const key = randomUUID();
    const first = await post(key, berlin('Week'));
    plane.clock.advance(6.9 * 24 * 3600 * 1000);
    expect((await post(key, berlin('Week'))).body.id).toBe(first.body.id);
    plane.clock.advance(0.2 * 24 * 3600 * 1000);
    expect((await post(key, berlin('Week'))).code).toBe('already_exists');
  });

  test.each(['', 'two words', 'x'.repeat(256)])('the key "%s" is refused', async (key) => {
    expect((await post(key, berlin('Bad key'))).status).toBe(400);
  });

  test('PUT by reference may be repeated without limit', async () => {
    const path = '/v1/tenants/by-ref/erp-1';
    const body = {
      alias: 'erp-one',
      displayName: 'ERP One',
      firstAdmin: { userName: 'admin', displayName: 'Admin' },
    };
    const first = await plane.partner.call('PUT', path, { body });
    const again = await plane.partner.call('PUT', path, { body });
    const renamed = await plane.partner.call('PUT', path, {
      body: { ...body, displayName: 'ERP' },
    });
    expect([first.status, again.status, renamed.status]).toEqual([201, 200, 200]);
    expect(again.body).toEqual(first.body);
    expect(renamed.body).toMatchObject({ id: first.body.id, displayName: 'ERP' });
  });
});

test('PLT-016 a request that died between the steps goes on with the tenant it had begun', async () => {
  const key = randomUUID();
  const body = {
    alias: 'resumed',
    displayName: 'Resumed',
    firstAdmin: { userName: 'admin', displayName: 'Admin', password: 'long enough to be one' },
  };
  const sql = () => plane.platform.handles.operator.sql;
  const first = await post(key, body, '/v1/tenants', plane.partner);
  // As a crash after the data key leaves it: alias and key are taken, no reply was stored.
  await sql()`update control.tenants set state = 'provisioning', provisioning_step = 'publish'
            where id = ${first.body.id}`;
  await sql()`update control.idempotency_keys set state = 'running', status = null, body = null,
            lock_until = now() - interval '1 second' where key = ${key}`;
  await plane.restart();
  const again = await post(key, body, '/v1/tenants', plane.partner);
  expect([again.status, again.body.id, again.body.state]).toEqual([201, first.body.id, 'trial']);
  const keys = await sql()`select id from control.data_keys where tenant_id = ${first.body.id}`;
  expect(keys).toHaveLength(1);
});
