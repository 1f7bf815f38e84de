import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkCatalogue } from './catalogue-check.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let sql: Sql;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.superUrl, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});

test('the migrated database keeps every rule', async () => {
  expect(await checkCatalogue(sql)).toEqual([]);
});

/** What breaks the rule on purpose, what it names, and the words of the rule. */
const breaches: [name: string, statement: string, object: string, rule: string][] = [
  [
    'a table without tenant_id',
    `CREATE TABLE tenant.stray (id text COLLATE "C" PRIMARY KEY)`,
    'tenant.stray',
    'tenant_id text',
  ],
  [
    'a primary key of id alone',
    `ALTER TABLE tenant.audit DROP CONSTRAINT audit_pkey; ALTER TABLE tenant.audit ADD PRIMARY KEY (id)`,
    'tenant.audit',
    'primary key (tenant_id, id)',
  ],
  [
    'row security enabled but not forced',
    'ALTER TABLE tenant.users NO FORCE ROW LEVEL SECURITY',
    'tenant.users',
    'forces row-level security',
  ],
  [
    'row security switched off',
    'ALTER TABLE tenant.users DISABLE ROW LEVEL SECURITY',
    'tenant.users',
    'forces row-level security',
  ],
  [
    'a missing policy',
    'DROP POLICY tenant_isolation ON tenant.lines',
    'tenant.lines',
    'policy tenant_isolation',
  ],
  [
    'a policy that lets everything through',
    'ALTER POLICY tenant_isolation ON tenant.lines USING (true)',
    'tenant.lines',
    'policy tenant_isolation',
  ],
  [
    'a policy that lets foreign rows be written',
    'ALTER POLICY tenant_isolation ON tenant.lines WITH CHECK (true)',
    'tenant.lines',
    'policy tenant_isolation',
  ],
  [
    'a second policy that opens the table',
    'CREATE POLICY open ON tenant.sessions TO trunkline_app USING (true)',
    'tenant.sessions',
    'no other permissive policy',
  ],
  [
    'a foreign key without tenant_id',
    `CREATE UNIQUE INDEX users_id ON tenant.users (id);
     ALTER TABLE tenant.devices ADD CONSTRAINT short FOREIGN KEY (user_id) REFERENCES tenant.users (id)`,
    'tenant.devices short',
    'carry tenant_id',
  ],
  [
    'a foreign key into the other schema',
    'ALTER TABLE tenant.users ADD CONSTRAINT across FOREIGN KEY (tenant_id) REFERENCES control.tenants (id)',
    'tenant.users across',
    'another schema',
  ],
  [
    'a table owned by a login role',
    'ALTER TABLE tenant.users OWNER TO trunkline_app',
    'tenant.users',
    'not owned by a login role',
  ],
  [
    'a role that bypasses row security',
    'ALTER ROLE trunkline_worker BYPASSRLS',
    'trunkline_worker',
    'bypass row security',
  ],
  [
    'a role that inherits from another',
    'GRANT trunkline_operator TO trunkline_app',
    'trunkline_app',
    'bypass row security',
  ],
  [
    'a SECURITY DEFINER function without search_path',
    'ALTER FUNCTION control.route_tenant(text) RESET ALL',
    'control.route_tenant(text)',
    'fixed search_path',
  ],
  [
    'a SECURITY DEFINER function open to PUBLIC',
    'GRANT EXECUTE ON FUNCTION control.route_alias(text) TO PUBLIC',
    'control.route_alias(text)',
    'PUBLIC',
  ],
  [
    'tenant data open to the operator',
    'GRANT SELECT ON tenant.users TO trunkline_operator',
    'tenant.users',
    'closed to the roles router and operator',
  ],
  [
    'an id under another collation',
    'ALTER TABLE control.partners ADD COLUMN other_id text',
    'control.partners.other_id',
    'collation "C"',
  ],
  [
    'an instant without time zone',
    'ALTER TABLE control.partners ADD COLUMN seen timestamp',
    'control.partners.seen',
    'timestamptz(3)',
  ],
];

test.each(breaches)('PLT-018 %s is found and named', async (_name, statement, object, rule) => {
  const undo = new Error('undo');
  await sql
    .begin(async (tx) => {
      await tx.unsafe(statement);
      const findings = await checkCatalogue(tx as unknown as Sql);
      expect(findings).toContainEqual({ object, rule: expect.stringContaining(rule) });
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  expect(await checkCatalogue(sql)).toEqual([]);
});
