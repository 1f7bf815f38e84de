import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { type LoginRole, loginRoles } from '../roles.ts';
import { makeOwner } from './embedded-postgres.ts';
import { migrate } from './migrate.ts';
import { postgresOsUser, reachable, systemFolder } from './postgres-binaries.ts';
import { serverUrl, startPostgres, stopPostgres } from './postgres-server.ts';

/** How test processes find the server of their run. */
const variable = 'TRUNKLINE_TEST_POSTGRES';
const prefix = 'trunkline-test-postgres-';
const template = 'trunkline_template';
const owner = 'trunkline_test_owner';

interface TestServer {
  readonly port: number;
  readonly superUrl: string;
  readonly ownerPassword: string;
  readonly passwords: Readonly<Record<LoginRole, string>>;
}

/**
 * Starts one server for a test run, migrates a template once and names the server in the
 * environment. For vitest's globalSetup.
 * @returns stops the server and removes its files
 */
export async function startTestServer(): Promise<() => Promise<void>> {
  // Another project of the same run has started it.
  if (process.env[variable]) return async () => {};
  const user = await postgresOsUser();
  const base = user && !(await reachable(tmpdir(), user)) ? systemFolder : tmpdir();
  await removeLeftovers(base);
  const home = await mkdtemp(join(base, prefix));
  await writeFile(join(home, 'pid'), String(process.pid));
  if (user) await chown(home, user.uid, user.gid);
  await chmod(home, 0o755);
  const folder = join(home, 'data');
  const server = await startPostgres({
    folder,
    user,
    port: 0,
    // Nothing here outlives the run: speed before durability.
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '300',
      shared_buffers: '256MB',
      wal_level: 'minimal',
      max_wal_senders: '0',
      timezone: 'UTC',
    },
  });
  const secret = () => randomBytes(18).toString('base64url');
  const test: TestServer = {
    port: server.port,
    superUrl: serverUrl(server),
    ownerPassword: secret(),
    passwords: { app: secret(), router: secret(), worker: secret(), operator: secret() },
  };
  const sql = postgres(test.superUrl, { max: 1, prepare: false, onnotice: () => {} });
  await makeOwner(sql, owner, test.ownerPassword);
  await sql.unsafe(`CREATE DATABASE ${template} OWNER ${owner}`);
  await sql.end({ timeout: 5 });
  await migrate({ ownerUrl: ownerUrl(test, template), passwords: test.passwords });
  process.env[variable] = JSON.stringify(test);
  return async () => {
    delete process.env[variable];
    await stopPostgres(folder, server.pid);
    await rm(home, { recursive: true, force: true });
  };
}

/** Ends servers of test runs that were killed. */
async function removeLeftovers(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    if (!name.startsWith(prefix)) continue;
    const home = join(base, name);
    const pid = Number(await readFile(join(home, 'pid'), 'utf8').catch(() => '0'));
    if (pid > 0 && isAlive(pid)) continue;
    const postmaster = await readFile(join(home, 'data', 'postmaster.pid'), 'utf8').catch(() => '');
    if (postmaster) await stopPostgres(join(home, 'data'), Number(postmaster.split('\n')[0]));
    await rm(home, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ownerUrl(server: TestServer, database: string): string {
  return `postgres://${owner}:${server.ownerPassword}@127.0.0.1:${server.port}/${database}`;
}

/** A database of its own for one test file. */
export interface TestDatabase {
  readonly name: string;
  readonly ownerUrl: string;
  readonly urls: Readonly<Record<LoginRole, string>>;
  readonly passwords: Readonly<Record<LoginRole, string>>;
  /** Superuser connection to this database: for tests that break things on purpose. */
  readonly superUrl: string;
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** False: an empty database without migrations. */
  readonly migrated?: boolean;
}

/** Copies the migrated template into a new database. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const text = process.env[variable];
  if (!text) throw new Error(`${variable} is not set: run this test in the project "integration"`);
  const server = JSON.parse(text) as TestServer;
  const name = `test_${randomBytes(8).toString('hex')}`;
  const admin = () => postgres(server.superUrl, { max: 1, prepare: false, onnotice: () => {} });
  const source = options.migrated === false ? '' : `TEMPLATE ${template} STRATEGY file_copy`;
  const sql = admin();
  try {
    await sql.unsafe(`CREATE DATABASE ${name} OWNER ${owner} ${source}`);
  } finally {
    await sql.end({ timeout: 5 });
  }
  const at = (user: string, password: string) =>
    `postgres://${user}:${password}@127.0.0.1:${server.port}/${name}`;
  const url = (role: LoginRole) => at(loginRoles[role], server.passwords[role]);
  return {
    name,
    ownerUrl: ownerUrl(server, name),
    urls: {
      app: url('app'),
      router: url('router'),
      worker: url('worker'),
      operator: url('operator'),
    },
    passwords: server.passwords,
    superUrl: server.superUrl.replace(/\/postgres$/, `/${name}`),
    async drop() {
      const closing = admin();
      try {
        await closing.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      } finally {
        await closing.end({ timeout: 5 });
      }
    },
  };
}
