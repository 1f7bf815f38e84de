import { spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockDataFolder } from './data-folder-lock.ts';
import { type EmbeddedPostgres, embeddedHome, startEmbeddedPostgres } from './embedded-postgres.ts';

let dataDir: string;
let running: EmbeddedPostgres | undefined;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'trunkline-data-'));
  // As restrictive as a home directory: root's PostgreSQL must not need to reach it.
  await chmod(dataDir, 0o700);
});
afterAll(async () => {
  await running?.stop();
  const { home } = await embeddedHome(dataDir);
  await rm(home, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
});

async function query<T>(url: string, text: string): Promise<T[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return (await sql.unsafe(text)) as unknown as T[];
  } finally {
    await sql.end();
  }
}

test('starts, keeps its data over a stop, and is no superuser', async () => {
  running = await startEmbeddedPostgres({ dataDir });
  await query(
    running.ownerUrl,
    "create table kept (word text); insert into kept values ('still here')",
  );
  await running.stop();
  running = await startEmbeddedPostgres({ dataDir });
  expect(running.reused).toBe(false);
  expect(await query(running.ownerUrl, 'select word from kept')).toEqual([{ word: 'still here' }]);
  expect(
    await query(running.ownerUrl, 'select rolsuper from pg_roles where rolname = current_user'),
  ).toEqual([{ rolsuper: false }]);
  expect(await query(running.ownerUrl, 'show server_encoding')).toEqual([
    { server_encoding: 'UTF8' },
  ]);
});

test('a server that survived its supervisor is taken over', async () => {
  const again = await startEmbeddedPostgres({ dataDir });
  expect(again).toMatchObject({ reused: true, pid: running?.pid, port: running?.port });
});

test('after kill -9 of the server it starts again, with its data', async () => {
  process.kill(running?.pid ?? 0, 'SIGKILL');
  running = await startEmbeddedPostgres({ dataDir });
  expect(await query(running.ownerUrl, 'select word from kept')).toEqual([{ word: 'still here' }]);
});

test('a stale postmaster.pid that names another process does not stop it', async () => {
  await running?.stop();
  const { home } = await embeddedHome(dataDir);
  await writeFile(join(home, 'data', 'postmaster.pid'), `${process.pid}\n${home}/data\n0\n5432\n`);
  running = await startEmbeddedPostgres({ dataDir });
  expect(await query(running.ownerUrl, 'select word from kept')).toEqual([{ word: 'still here' }]);
});

test('the data folder belongs to one process at a time; a killed one leaves it free', async () => {
  const module = new URL('./data-folder-lock.ts', import.meta.url).href;
  const holder = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { lockDataFolder } from '${module}'; await lockDataFolder('${dataDir}'); console.log('held'); setInterval(() => {}, 1000)`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  await expect(lockDataFolder(dataDir)).rejects.toThrow(`is in use by pid ${holder.pid}`);
  const gone = new Promise((resolve) => holder.once('exit', resolve));
  holder.kill('SIGKILL');
  await gone;
  const release = await lockDataFolder(dataDir);
  await expect(lockDataFolder(dataDir)).rejects.toThrow(`is in use by pid ${process.pid}`);
  await release();
  await (await lockDataFolder(dataDir))();
});

test.runIf(process.getuid?.() === 0)(
  'as root: a moved data folder keeps its database, a copy is refused (run as root only)',
  async () => {
    const base = await mkdtemp(join(tmpdir(), 'trunkline-moved-'));
    try {
      const [first, second] = [join(base, 'first'), join(base, 'second')];
      const { home } = await embeddedHome(first);
      await cp(first, second, { recursive: true });
      await expect(embeddedHome(second)).rejects.toThrow(/is a copy of/);
      await rm(first, { recursive: true });
      expect((await embeddedHome(second)).home).toBe(home);
      await rm(second, { recursive: true });
      expect((await embeddedHome(first)).home).not.toBe(home);
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  },
);
