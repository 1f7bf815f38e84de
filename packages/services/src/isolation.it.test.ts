import type { LineId, TenantId, UserId } from '@trunkline/contracts/ids.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLine } from './lines/create-line.ts';
import { getLine } from './lines/get-line.ts';
import { listLines } from './lines/list-lines.ts';
import { getMe } from './me/get-me.ts';
import { openTestPlatform, type TestPlatform } from './node/test-platform.ts';
import { listPeople } from './people/list-people.ts';
import { getUser } from './users/get-user.ts';

const tenantCount = 20;
/** Transactions through the pool; each verb is one. */
const total = 100_000;
const connections = 8;

interface Office {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly lineId: LineId;
  readonly identities: ReadonlySet<string>;
  readonly domain: string;
}

let system: TestPlatform;
const offices: Office[] = [];

beforeAll(async () => {
  system = await openTestPlatform({ pool: connections });
  for (let index = 0; index < tenantCount; index += 1) {
    const { tenant, group, ctx } = await system.equipped();
    const user = await system.member(tenant.id, { phones: [{ slot: 'business', number: '20' }] });
    const line = await createLine(ctx, { lineGroupId: group.id, userName: '20', number: '20' });
    offices.push({
      tenantId: tenant.id,
      userId: user.id,
      lineId: line.id,
      domain: tenant.presenceDomain,
      identities: new Set([user.identity, `admin@${tenant.presenceDomain}`]),
    });
  }
});
afterAll(() => system.close());

const pick = <T>(list: readonly T[], index: number): T => {
  const item = list[index % list.length];
  if (item === undefined) throw new Error('empty list');
  return item;
};

/** Counts what a request saw that is not of its tenant. */
type Probe = (office: Office, other: Office) => Promise<number>;

const refused = async (work: Promise<unknown>): Promise<number> =>
  work.then(
    () => 1,
    (error: { code?: string }) => (error.code === 'not_found' ? 0 : Promise.reject(error)),
  );

const probes: readonly Probe[] = [
  // Everything the role app can see, without any condition of ours: what the database lets through.
  async (office) => {
    const rows = await withTenant(system.platform.db.app, office.tenantId, (tx) =>
      tx.select({ tenantId: users.tenantId }).from(users),
    );
    return rows.length === 2 ? rows.filter((row) => row.tenantId !== office.tenantId).length : 1;
  },
  async (office) => {
    const me = await getMe(system.user(office.tenantId, office.userId));
    return me.tenantId === office.tenantId && me.identity.endsWith(`@${office.domain}`) ? 0 : 1;
  },
  async (office) => {
    const { items } = await listPeople(system.user(office.tenantId, office.userId), {});
    return items.filter((person) => !office.identities.has(person.identity)).length;
  },
  async (office) => {
    const { items } = await listLines(system.partner(office.tenantId), {});
    return items.filter((line) => line.id !== office.lineId).length;
  },
  (office, other) => refused(getUser(system.partner(office.tenantId), other.userId)),
  (office, other) => refused(getLine(system.partner(office.tenantId), other.lineId)),
];

test('PLT-018 100,000 interleaved requests of 20 tenants through one pool: 0 foreign rows', {
  timeout: 300_000,
}, async () => {
  let next = 0;
  let foreign = 0;
  // More requests at once than connections: each connection changes tenants all the time.
  const worker = async () => {
    for (let index = next++; index < total; index = next++) {
      const office = pick(offices, index * 7 + (index >> 3));
      const other = pick(offices, index * 7 + (index >> 3) + 1 + (index % (tenantCount - 1)));
      // Most are the bare look, which nothing but the database filters.
      const probe = pick(probes, index % 10 === 9 ? Math.floor(index / 10) : 0);
      foreign += await probe(office, other);
    }
  };
  await Promise.all(Array.from({ length: connections * 3 }, worker));
  expect({ requests: total, foreign }).toEqual({ requests: 100_000, foreign: 0 });
});

test('PLT-018 without a tenant the role sees nothing, in any table', async () => {
  const tables = await system.platform.db.app.execute<{ name: string }>(
    sql`select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname = 'tenant' and has_table_privilege(format('%I.%I', schemaname, tablename), 'select')`,
  );
  expect(tables.length).toBeGreaterThan(10);
  for (const { name } of tables) {
    const rows = await system.platform.db.app.execute(sql.raw(`select 1 from ${name} limit 1`));
    expect([name, rows.length]).toEqual([name, 0]);
  }
});
