import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import postgres, { type Sql } from 'postgres';
import type { LoginRole } from '../roles.ts';
import { ensureRoles } from './ensure-roles.ts';

/** The repository's own migrations. */
export const migrationsFolder = fileURLToPath(new URL('../../../../migrations/', import.meta.url));

/** Key of the advisory lock; any constant of ours does. */
const lockKey = 7_461_227_001;

export interface MigrateOptions {
  /** Connection of the owner role; it must own the database or may create schemas in it. */
  readonly ownerUrl: string;
  /** Passwords of the four login roles. */
  readonly passwords: Readonly<Record<LoginRole, string>>;
  readonly folder?: string;
  /** How long to wait for a migration that another process runs, milliseconds. */
  readonly waitMs?: number;
}

/** A migration cannot run, or the recorded ones are not ours. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/**
 * Brings the database up to date: one process at a time (advisory lock), each file in its own
 * transaction, its checksum recorded. An applied file that changed or vanished stops everything.
 * @returns the names of the migrations applied now
 * @throws MigrationError
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const { ownerUrl, passwords, folder = migrationsFolder, waitMs = 60_000 } = options;
  const migrations = await readMigrations(folder);
  const sql = postgres(ownerUrl, {
    max: 1,
    prepare: false,
    onnotice: () => {},
    connect_timeout: 10,
  });
  try {
    await lock(sql, waitMs);
    await ensureRoles(sql, passwords);
    await sql`create table if not exists public.trunkline_migrations (
      name text primary key, checksum text not null, applied_at timestamptz not null default now())`;
    const done = await applied(sql);
    checkHistory(done, migrations);
    const fresh = migrations.filter((migration) => !done.has(migration.name));
    for (const migration of fresh) await apply(sql, migration);
    return fresh.map((migration) => migration.name);
  } finally {
    // Closing the session gives the lock back, also after an error.
    await sql.end({ timeout: 5 });
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const migrations: Migration[] = [];
  for (const [index, name] of names.entries()) {
    const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1];
    if (Number(number) !== index + 1)
      throw new MigrationError(`${name}: expected number ${String(index + 1).padStart(4, '0')}`);
    const text = await readFile(`${folder}/${name}`, 'utf8');
    migrations.push({ name, text, checksum: createHash('sha256').update(text).digest('hex') });
  }
  return migrations;
}

async function lock(sql: Sql, waitMs: number): Promise<void> {
  await sql.unsafe(`SET lock_timeout = ${Math.max(1, Math.floor(waitMs))}`);
  try {
    await sql`select pg_advisory_lock(${lockKey})`;
  } catch (error) {
    if ((error as { code?: string }).code !== '55P03') throw error;
    throw new MigrationError(`another process has been migrating for ${waitMs} ms`);
  }
  // Inside a migration a table lock must not queue everybody else for long.
  await sql.unsafe(`SET lock_timeout = '10s'`);
}

async function applied(sql: Sql): Promise<Map<string, string>> {
  const rows = await sql<{ name: string; checksum: string }[]>`
    select name, checksum from public.trunkline_migrations`;
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

function checkHistory(done: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration.checksum]));
  for (const [name, checksum] of done) {
    const ours = known.get(name);
    if (ours === undefined)
      throw new MigrationError(
        `${name} was applied but is unknown here: is this an older release?`,
      );
    if (ours !== checksum) throw new MigrationError(`${name} was changed after it was applied`);
  }
}

async function apply(sql: Sql, { name, text, checksum }: Migration): Promise<void> {
  try {
    await sql.begin(async (tx) => {
      await tx.unsafe(text);
      await tx`insert into public.trunkline_migrations (name, checksum) values (${name}, ${checksum})`;
    });
  } catch (cause) {
    throw new MigrationError(`${name}: ${(cause as Error).message}`, { cause });
  }
}
