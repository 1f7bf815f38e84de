import type { Sql } from 'postgres';
import { loginRoles } from '../roles.ts';

/** A table or function that breaks one of the rules of the database. */
export interface CatalogueFinding {
  readonly object: string;
  readonly rule: string;
}

/** Each rule is one query that lists what breaks it, out of PostgreSQL's own catalogue. */
const rules: readonly { readonly rule: string; readonly query: string }[] = [
  {
    rule: 'has a column tenant_id text COLLATE "C" NOT NULL',
    query: `
      SELECT c.oid::regclass::text AS object FROM pg_class c
      WHERE c.relnamespace = 'tenant'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT EXISTS (
          SELECT 1 FROM pg_attribute a
          JOIN pg_collation l ON l.oid = a.attcollation AND l.collname = 'C'
          WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull
            AND a.atttypid = 'text'::regtype)`,
  },
  {
    rule: 'has the primary key (tenant_id, id)',
    query: `
      SELECT c.oid::regclass::text AS object FROM pg_class c
      WHERE c.relnamespace = 'tenant'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT EXISTS (
          SELECT 1 FROM pg_constraint k
          WHERE k.conrelid = c.oid AND k.contype = 'p'
            AND (SELECT array_agg(a.attname::text ORDER BY p.n)
                 FROM unnest(k.conkey) WITH ORDINALITY p (attnum, n)
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.attnum)
                = ARRAY['tenant_id', 'id'])`,
  },
  {
    rule: 'enables and forces row-level security',
    query: `
      SELECT c.oid::regclass::text AS object FROM pg_class c
      WHERE c.relnamespace = 'tenant'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)`,
  },
  {
    rule: 'has the policy tenant_isolation for trunkline_app on app.tenant_id, for reading and writing',
    query: `
      SELECT c.oid::regclass::text AS object FROM pg_class c
      WHERE c.relnamespace = 'tenant'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT EXISTS (
          SELECT 1 FROM pg_policy p
          WHERE p.polrelid = c.oid AND p.polname = 'tenant_isolation' AND p.polcmd = '*'
            AND 'trunkline_app'::regrole = ANY (p.polroles)
            AND pg_get_expr(p.polqual, c.oid)
                = '(tenant_id = current_setting(''app.tenant_id''::text, true))'
            AND pg_get_expr(p.polwithcheck, c.oid) = pg_get_expr(p.polqual, c.oid))`,
  },
  {
    rule: 'has no other permissive policy (but the delivery of the outbox)',
    query: `
      SELECT c.oid::regclass::text AS object FROM pg_class c
      JOIN pg_policy p ON p.polrelid = c.oid AND p.polpermissive
      WHERE c.relnamespace = 'tenant'::regnamespace AND p.polname <> 'tenant_isolation'
        AND NOT (c.relname = 'outbox' AND p.polname = 'outbox_delivery'
                 AND p.polroles = ARRAY['trunkline_worker'::regrole::oid])`,
  },
  {
    rule: 'has foreign keys that carry tenant_id on both sides',
    query: `
      SELECT k.conrelid::regclass || ' ' || k.conname AS object FROM pg_constraint k
      JOIN pg_class c ON c.oid = k.conrelid
      WHERE k.contype = 'f' AND c.relnamespace = 'tenant'::regnamespace
        AND NOT EXISTS (
          SELECT 1 FROM unnest(k.conkey, k.confkey) AS pair (here, there)
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.here
          JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.there
          WHERE a.attname = 'tenant_id' AND b.attname = 'tenant_id')`,
  },
  {
    rule: 'has no foreign key into another schema',
    query: `
      SELECT k.conrelid::regclass || ' ' || k.conname AS object FROM pg_constraint k
      JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
      WHERE k.contype = 'f' AND c.relnamespace <> f.relnamespace
        AND 'tenant'::regnamespace IN (c.relnamespace, f.relnamespace)`,
  },
  {
    rule: 'is not owned by a login role of the running processes',
    query: `
      SELECT c.oid::regclass::text AS object FROM pg_class c
      WHERE c.relnamespace IN ('tenant'::regnamespace, 'control'::regnamespace)
        AND c.relowner::regrole::text = ANY ($1)`,
  },
  {
    rule: 'may not bypass row security, be superuser or inherit from another role',
    query: `
      SELECT r.rolname::text AS object FROM pg_roles r
      WHERE r.rolname = ANY ($1)
        AND (r.rolbypassrls OR r.rolsuper OR r.rolcreaterole OR EXISTS (
          SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid))`,
  },
  {
    rule: 'is a SECURITY DEFINER function with a fixed search_path that ends in pg_temp',
    query: `
      SELECT p.oid::regprocedure::text AS object FROM pg_proc p
      WHERE p.pronamespace IN ('tenant'::regnamespace, 'control'::regnamespace) AND p.prosecdef
        AND NOT EXISTS (
          SELECT 1 FROM unnest(p.proconfig) AS setting
          WHERE setting LIKE 'search_path=%pg_temp')`,
  },
  {
    rule: 'is a SECURITY DEFINER function that PUBLIC may not run',
    query: `
      SELECT p.oid::regprocedure::text AS object FROM pg_proc p
      WHERE p.pronamespace IN ('tenant'::regnamespace, 'control'::regnamespace) AND p.prosecdef
        AND EXISTS (
          SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
          WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE')`,
  },
  {
    rule: 'in schema tenant is closed to the roles router and operator',
    query: `
      SELECT DISTINCT c.oid::regclass::text AS object FROM pg_class c
      CROSS JOIN LATERAL aclexplode(c.relacl) a
      WHERE c.relnamespace = 'tenant'::regnamespace
        AND (a.grantee = 0 OR a.grantee IN ('trunkline_router'::regrole, 'trunkline_operator'::regrole))`,
  },
  {
    rule: 'has ids under collation "C"',
    query: `
      SELECT a.attrelid::regclass || '.' || a.attname AS object FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
      LEFT JOIN pg_collation l ON l.oid = a.attcollation
      WHERE c.relnamespace IN ('tenant'::regnamespace, 'control'::regnamespace)
        AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype
        AND (a.attname = 'id' OR a.attname LIKE '%\\_id')
        AND a.attname NOT IN ('actor_id', 'target_id', 'trace_id')
        AND l.collname IS DISTINCT FROM 'C'`,
  },
  {
    rule: 'has instants as timestamptz(3)',
    query: `
      SELECT a.attrelid::regclass || '.' || a.attname AS object FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
      WHERE c.relnamespace IN ('tenant'::regnamespace, 'control'::regnamespace)
        AND a.attnum > 0 AND NOT a.attisdropped
        AND (a.atttypid = 'timestamp'::regtype OR (a.atttypid = 'timestamptz'::regtype AND a.atttypmod <> 3))`,
  },
];

/**
 * Checks the rules that fence tenants off from each other against the database as it is.
 * @param sql a connection of the owner
 * @returns what breaks which rule; empty when all is well
 */
export async function checkCatalogue(sql: Sql): Promise<CatalogueFinding[]> {
  const findings: CatalogueFinding[] = [];
  for (const { rule, query } of rules) {
    const parameters = query.includes('$1') ? [Object.values(loginRoles)] : [];
    const rows = await sql.unsafe<{ object: string }[]>(query, parameters);
    for (const { object } of rows) findings.push({ object, rule });
  }
  return findings;
}
