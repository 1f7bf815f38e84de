import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import postgres from 'postgres';
import { type OsUser, postgresOsUser, systemFolder } from './postgres-binaries.ts';
import { type PostgresServer, serverUrl, startPostgres, stopPostgres } from './postgres-server.ts';

export interface EmbeddedPostgresOptions {
  /** Data folder of the installation. */
  readonly dataDir: string;
  /** 0 = a free one. */
  readonly port?: number;
}

export interface EmbeddedPostgres {
  /** Connection of the role that owns the database `trunkline`: what DATABASE_URL is in production. */
  readonly ownerUrl: string;
  readonly port: number;
  readonly pid: number;
  /** A server that survived the last supervisor was taken over. */
  readonly reused: boolean;
  stop(): Promise<void>;
}

/** The data folder is a copy of another one that is still there. */
export class CopiedDataFolderError extends Error {
  override readonly name = 'CopiedDataFolderError';
}

const ownerRole = 'trunkline_owner';
const databaseName = 'trunkline';

/**
 * Runs the embedded PostgreSQL of one installation. As an ordinary user its files live in
 * `<dataDir>/postgres`; as root, where PostgreSQL runs as the OS user `postgres` that may not reach
 * dataDir, below /var/lib/trunkline in a folder whose name stands in `<dataDir>/installation`: it
 * moves along with the folder, and a deleted folder does not come back with its old database.
 * @throws CopiedDataFolderError when the folder is a copy of another one
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { home, user } = await embeddedHome(options.dataDir);
  await mkdir(home, { recursive: true, mode: 0o700 });
  if (user) {
    await chmod(systemFolder, 0o755);
    await chown(home, user.uid, user.gid);
  }
  const folder = join(home, 'data');
  const server = await startPostgres({
    folder,
    user,
    port: options.port ?? 0,
    settings: { max_connections: '200', shared_buffers: '128MB', timezone: 'UTC' },
  });
  const ownerUrl = await ensureOwner(server, join(home, 'owner.password'));
  return {
    ownerUrl,
    port: server.port,
    pid: server.pid,
    reused: server.reused,
    stop: () => stopPostgres(folder, server.pid),
  };
}

/** Where the server of this data folder keeps its files, and the OS user it runs as. */
export async function embeddedHome(
  dataDir: string,
): Promise<{ home: string; user: OsUser | undefined }> {
  const path = resolve(dataDir);
  const user = await postgresOsUser();
  if (!user) return { home: join(path, 'postgres'), user };
  return { home: join(systemFolder, await installationName(path)), user };
}

/**
 * Name of an installation run by root; made at first start. The file also holds where the data
 * folder lay, to tell a folder that moved from a copy: two must not share one database.
 */
async function installationName(dataDir: string): Promise<string> {
  const file = join(dataDir, 'installation');
  const read = async (path: string) =>
    (await readFile(path, 'utf8').catch(() => '')).trim().split('\n');
  const [known = '', place = ''] = await read(file);
  const valid = /^[0-9a-f]{16}$/.test(known);
  if (valid && place === dataDir) return known;
  if (valid && (await read(join(place, 'installation')))[0] === known)
    throw new CopiedDataFolderError(
      `${dataDir} is a copy of ${place} and would share its database; delete ${file} to start with an empty one`,
    );
  const name = valid ? known : randomBytes(8).toString('hex');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeFile(file, `${name}\n${dataDir}\n`, { mode: 0o600 });
  return name;
}

/** The owner of our database: may make roles, is no superuser. */
async function ensureOwner(server: PostgresServer, file: string): Promise<string> {
  let password = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (!password) {
    password = randomBytes(24).toString('base64url');
    await writeFile(file, `${password}\n`, { mode: 0o600 });
  }
  const sql = postgres(serverUrl(server), { max: 1, prepare: false, onnotice: () => {} });
  try {
    await makeOwner(sql, ownerRole, password);
    const [database] = await sql`select 1 from pg_database where datname = ${databaseName}`;
    if (!database) await sql.unsafe(`CREATE DATABASE ${databaseName} OWNER ${ownerRole}`);
  } finally {
    await sql.end({ timeout: 5 });
  }
  return `postgres://${ownerRole}:${password}@127.0.0.1:${server.port}/${databaseName}`;
}

/** Makes or updates a role that may own a database and make roles. `password` holds no quote. */
export async function makeOwner(sql: postgres.Sql, role: string, password: string): Promise<void> {
  const [existing] = await sql`select 1 from pg_roles where rolname = ${role}`;
  await sql.unsafe(
    `${existing ? 'ALTER' : 'CREATE'} ROLE ${role} LOGIN CREATEROLE PASSWORD '${password}'`,
  );
}
