import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MigrationError, migrate, migrationsFolder } from './migrate.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

const run = (options: { folder?: string; waitMs?: number } = {}) =>
  migrate({ ownerUrl: database.ownerUrl, passwords: database.passwords, ...options });

test('two processes at once: one applies, the other waits and finds nothing to do', async () => {
  const results = await Promise.all([run(), run()]);
  const all = (await readdir(migrationsFolder)).filter((name) => name.endsWith('.sql'));
  expect(results.map((names) => names.length).sort()).toEqual([0, all.length]);
  expect(await run()).toEqual([]);
});

test('a lock held too long ends the wait with an error that says so', async () => {
  const holder = postgres(database.ownerUrl, { max: 1 });
  await holder`select pg_advisory_lock(7461227001)`;
  await expect(run({ waitMs: 100 })).rejects.toThrow(/another process has been migrating/);
  await holder.end();
});

test('a changed, a missing and a misnumbered file stop the run', async () => {
  const own = await createTestDatabase({ migrated: false });
  const go = () => migrate({ ownerUrl: own.ownerUrl, passwords: own.passwords, folder });
  await writeFile(join(folder, '0001_one.sql'), 'create table public.one (id integer);');
  expect(await go()).toEqual(['0001_one.sql']);
  await writeFile(join(folder, '0001_one.sql'), 'create table public.one (id bigint);');
  await expect(go()).rejects.toThrow(/0001_one.sql was changed/);
  await rm(join(folder, '0001_one.sql'));
  await expect(go()).rejects.toThrow(/applied but is unknown here/);
  await writeFile(join(folder, '0003_three.sql'), 'select 1;');
  await expect(go()).rejects.toThrow(/expected number 0001/);
  await own.drop();
});

test('a failing file leaves nothing of itself', async () => {
  const own = await createTestDatabase({ migrated: false });
  const broken = await mkdtemp(join(tmpdir(), 'migrations-'));
  await writeFile(join(broken, '0001_a.sql'), 'create table public.kept (id integer);');
  await writeFile(
    join(broken, '0002_b.sql'),
    'create table public.gone (id integer); select nonsense;',
  );
  await expect(
    migrate({ ownerUrl: own.ownerUrl, passwords: own.passwords, folder: broken }),
  ).rejects.toThrow(MigrationError);
  const sql = postgres(own.ownerUrl, { max: 1 });
  const rows =
    await sql`select to_regclass('public.kept') is not null as kept, to_regclass('public.gone') is not null as gone`;
  expect(rows[0]).toEqual({ kept: true, gone: false });
  await sql.end();
  await rm(broken, { recursive: true, force: true });
  await own.drop();
});
