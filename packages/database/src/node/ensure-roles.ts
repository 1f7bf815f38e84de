import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Sql } from 'postgres';
import { type LoginRole, loginRoles } from '../roles.ts';

/** Milliseconds a statement of a login role may run before the server ends it. */
const statementTimeoutMs = 15_000;
/** Milliseconds an open transaction may idle: a stuck process must not hold locks. */
const idleInTransactionMs = 30_000;

/**
 * The verifier PostgreSQL stores for a password (RFC 5803), made here so that the password itself
 * never stands in a statement or a server log.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const iterations = 4096;
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/**
 * Makes the four login roles or gives them these passwords. Roles are shared by all databases of a
 * server, so two runs in different databases may meet: the loser of a catalogue race tries again.
 */
export async function ensureRoles(
  sql: Sql,
  passwords: Readonly<Record<LoginRole, string>>,
): Promise<void> {
  for (const role of Object.keys(loginRoles) as LoginRole[]) {
    const name = loginRoles[role];
    // Names are constants of ours and a verifier has no quote: nothing here needs escaping.
    const options = `LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD '${scramVerifier(passwords[role])}'`;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await ensureRole(sql, name, options);
        break;
      } catch (error) {
        const code = (error as { code?: string }).code ?? '';
        // XX000 "tuple concurrently updated", 42710 / 23505 "already exists": a parallel run.
        if (attempt >= 10 || !['XX000', '42710', '23505'].includes(code)) throw error;
      }
    }
  }
}

async function ensureRole(sql: Sql, name: string, options: string): Promise<void> {
  const [existing] = await sql`select 1 from pg_roles where rolname = ${name}`;
  if (existing) {
    // An owner that is no superuser may set the password but not the superuser-only attributes.
    const password = options.slice(options.indexOf('PASSWORD'));
    await sql.unsafe(`ALTER ROLE ${name} ${password}`);
    return;
  }
  const [{ superuser } = { superuser: false }] = await sql<{ superuser: boolean }[]>`
    select rolsuper as superuser from pg_roles where rolname = current_user`;
  const allowed = superuser
    ? options
    : options.replace('NOSUPERUSER ', '').replace('NOBYPASSRLS NOREPLICATION ', '');
  await sql.unsafe(`CREATE ROLE ${name} ${allowed}`);
  await sql.unsafe(`ALTER ROLE ${name} SET statement_timeout = ${statementTimeoutMs}`);
  await sql.unsafe(
    `ALTER ROLE ${name} SET idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
  );
}
