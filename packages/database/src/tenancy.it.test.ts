import { newId, type TenantId } from '@trunkline/contracts/ids.ts';
import { eq, getTableColumns, getTableName, is, sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DatabaseHandle, openDatabase } from './connect.ts';
import * as controlKeys from './control/keys.ts';
import * as controlPartners from './control/partners.ts';
import * as controlRegions from './control/regions.ts';
import * as controlTenants from './control/tenants.ts';
import { databaseFailure } from './errors.ts';
import { createTestDatabase, type TestDatabase } from './node/test-database.ts';
import { withTenant } from './tenancy.ts';
import * as tenantCalls from './tenant/calls.ts';
import * as tenantDiagnosis from './tenant/diagnosis.ts';
import * as tenantLines from './tenant/lines.ts';
import * as tenantLocations from './tenant/locations.ts';
import * as tenantPresence from './tenant/presence.ts';
import * as tenantRecords from './tenant/records.ts';
import * as tenantSessions from './tenant/sessions.ts';
import * as tenantUsers from './tenant/users.ts';

const { users, devices } = { ...tenantUsers, ...tenantSessions };
let database: TestDatabase;
let app: DatabaseHandle;
const anna = newId('tenant');
const ben = newId('tenant');

beforeAll(async () => {
  database = await createTestDatabase();
  app = openDatabase({ url: database.urls.app, max: 4 });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const addUser = (tenantId: TenantId, name: string) =>
  withTenant(app.db, tenantId, async (tx) => {
    const id = newId('user');
    await tx.insert(users).values({ tenantId, id, userName: name, displayName: name });
    return id;
  });
const names = (tenantId: TenantId) =>
  withTenant(app.db, tenantId, async (tx) =>
    (await tx.select().from(users)).map((u) => u.userName),
  );

test('PLT-018 a transaction sees, changes and deletes rows of its own tenant only', async () => {
  const inA = await addUser(anna, 'anna');
  await addUser(ben, 'ben');
  expect(await names(anna)).toEqual(['anna']);
  expect(await names(ben)).toEqual(['ben']);
  const touched = await withTenant(app.db, ben, async (tx) => [
    await tx.select().from(users).where(eq(users.id, inA)),
    await tx.update(users).set({ displayName: 'x' }).where(eq(users.id, inA)).returning(),
    await tx.delete(users).where(eq(users.id, inA)).returning(),
  ]);
  expect(touched).toEqual([[], [], []]);
});

test('PLT-018 a row of another tenant cannot be written', async () => {
  await expect(
    withTenant(app.db, ben, (tx) =>
      tx
        .insert(users)
        .values({ tenantId: anna, id: newId('user'), userName: 'x', displayName: 'x' }),
    ),
  ).rejects.toMatchObject({ cause: { code: '42501' } });
});

test('PLT-018 a foreign key cannot point into another tenant', async () => {
  const foreign = await addUser(anna, 'target');
  const failure = await withTenant(app.db, ben, (tx) =>
    tx.insert(devices).values({ tenantId: ben, id: newId('device'), userId: foreign, name: 'x' }),
  ).catch(databaseFailure);
  expect(failure).toMatchObject({ kind: 'foreign_key' });
});

test('without a tenant nothing is seen, also on a connection that served one before', async () => {
  const single = openDatabase({ url: database.urls.app, max: 1 });
  await withTenant(single.db, anna, (tx) => tx.select().from(users));
  expect(await single.db.select().from(users)).toEqual([]);
  await single.close();
});

test('an error inside undoes the transaction', async () => {
  await expect(
    withTenant(app.db, anna, async (tx) => {
      await tx
        .insert(users)
        .values({ tenantId: anna, id: newId('user'), userName: 'gone', displayName: 'x' });
      throw new Error('stop');
    }),
  ).rejects.toThrow('stop');
  expect(await names(anna)).not.toContain('gone');
});

test('the roles reach what is theirs and nothing else', async () => {
  const denied = async (role: 'router' | 'operator' | 'worker' | 'app', query: string) => {
    const handle = openDatabase({ url: database.urls[role], max: 1 });
    const result = await handle.db
      .execute(sql.raw(query))
      .catch((error: { cause?: { code?: string } }) => error.cause?.code);
    await handle.close();
    return result === '42501';
  };
  expect(await denied('router', 'select * from control.tenants')).toBe(true);
  expect(await denied('router', `select * from control.route_alias('x')`)).toBe(false);
  expect(await denied('router', 'select * from tenant.users')).toBe(true);
  expect(await denied('operator', 'select * from tenant.users')).toBe(true);
  expect(await denied('app', 'select * from control.tenants')).toBe(true);
  expect(await denied('app', 'select * from control.signing_keys')).toBe(true);
  expect(await denied('app', 'delete from tenant.audit')).toBe(true);
  expect(await denied('worker', 'select * from control.data_keys')).toBe(true);
  expect(await denied('worker', 'select * from tenant.password_credentials')).toBe(true);
});

test('the drizzle tables are the tables of the database', async () => {
  const owner = openDatabase({ url: database.ownerUrl, max: 1 });
  const rows = await owner.db.execute<{ name: string; column: string; nullable: boolean }>(sql`
    select table_schema || '.' || table_name as name, column_name as column, is_nullable = 'YES' as nullable
    from information_schema.columns where table_schema in ('control', 'tenant')
      and table_name <> 'current_tenant'`);
  await owner.close();
  const actual = rows.map((row) => `${row.name}.${row.column} ${row.nullable}`).sort();
  const modules = [
    controlKeys,
    controlPartners,
    controlRegions,
    controlTenants,
    tenantCalls,
    tenantDiagnosis,
    tenantLines,
    tenantLocations,
    tenantPresence,
    tenantRecords,
    tenantSessions,
    tenantUsers,
  ];
  const declared = modules
    .flatMap((module) => Object.values(module) as unknown[])
    .filter((value): value is PgTable => is(value, PgTable))
    .flatMap((table) =>
      Object.values(getTableColumns(table)).map(
        (column) =>
          `${getTableConfig(table).schema}.${getTableName(table)}.${column.name} ${!column.notNull}`,
      ),
    );
  expect(declared.sort()).toEqual(actual);
});
