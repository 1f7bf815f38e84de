import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import postgres from 'postgres';
import { type OsUser, postgresBinaries } from './postgres-binaries.ts';

/** Longest wait for a server to accept connections: it may have to replay its log after a crash. */
const startMs = 60_000;
const stopMs = 20_000;

/** A server process over one data folder. */
export interface PostgresServer {
  readonly port: number;
  /** Process id of the postmaster. */
  readonly pid: number;
  readonly password: string;
  /** True when a server that survived its last supervisor was taken over. */
  readonly reused: boolean;
}

export interface PostgresServerOptions {
  /** The data folder itself. */
  readonly folder: string;
  readonly user: OsUser | undefined;
  /** 0 = a free one. */
  readonly port: number;
  /** Options as for `postgres -c`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Name of the superuser inside the server. */
export const superuser = 'postgres';

export function serverUrl(server: PostgresServer, database = 'postgres'): string {
  return `postgres://${superuser}:${server.password}@127.0.0.1:${server.port}/${database}`;
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Makes the data folder if it is new: UTF-8, collation C, passwords by SCRAM-SHA-256. */
async function initialise(folder: string, user: OsUser | undefined, bin: string): Promise<string> {
  const secretFile = `${folder}.password`;
  const existing = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => null);
  if (existing !== null) return (await readFile(secretFile, 'utf8')).trim();
  // What an interrupted initdb left is worthless.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  await writeFile(secretFile, `${password}\n`, { mode: 0o600 });
  if (user) {
    await chown(folder, user.uid, user.gid);
    await chown(secretFile, user.uid, user.gid);
  }
  await finished(
    spawn(
      join(bin, 'initdb'),
      [
        '-D',
        folder,
        '-U',
        superuser,
        `--pwfile=${secretFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C.UTF-8',
        '--no-instructions',
      ],
      {
        ...user,
        cwd: '/',
        env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    ),
    folder,
  );
  return password;
}

async function finished(child: ChildProcess, what: string): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-4000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`initdb failed for ${what}: ${said.trim()}`);
}

/** A port nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

interface PidFile {
  pid: number;
  port: number;
}

/** Lines 1 and 4 of postmaster.pid: process id and port. */
async function readPidFile(folder: string): Promise<PidFile | null> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid, , , port] = text.split('\n');
  return Number(pid) > 0 ? { pid: Number(pid), port: Number(port) } : null;
}

/** Is this process a PostgreSQL server over this folder? A pid may belong to somebody else by now. */
async function runsOver(pid: number, folder: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  if (command !== null) return command.split('\0').includes(folder);
  return false;
}

async function accepts(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {}, prepare: false });
  try {
    await sql`select 1`;
    return true;
  } catch {
    // Not there, starting up, or recovering: the caller asks again under its own time limit.
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/**
 * Starts a server, or takes over the one that still runs over this folder. The server outlives us
 * when we are killed; it logs to `<folder>.log`.
 * @throws Error with the end of the server's log when it does not come up
 */
export async function startPostgres(options: PostgresServerOptions): Promise<PostgresServer> {
  const { folder, user, settings } = options;
  const bin = await postgresBinaries(user);
  const password = await initialise(folder, user, bin);
  const deadline = performance.now() + startMs;

  const survivor = await takeOver(folder, password, deadline);
  if (survivor) return survivor;

  for (;;) {
    const port = options.port || (await freePort());
    const log = await open(`${folder}.log`, 'a', 0o600);
    const flags = Object.entries({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      ...settings,
    }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(bin, 'postgres'), ['-D', folder, '-p', String(port), ...flags], {
      ...user,
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await log.close();
    let ended: string | null = null;
    child.once('error', (error) => {
      ended = error.message;
    });
    child.once('exit', (code, signal) => {
      ended = `exit ${code ?? signal}`;
    });
    child.unref();
    const server = { port, password, pid: child.pid ?? 0, reused: false };
    while (ended === null && performance.now() < deadline) {
      if (await accepts(serverUrl(server))) return server;
      await wait(25);
    }
    const tail = (await readFile(`${folder}.log`, 'utf8').catch(() => '')).slice(-1500);
    // Its last server was killed and the children have not all noticed yet: they do within seconds.
    const orphans = /pre-existing shared memory block|lock file "postmaster\.pid" already exists/;
    const taken = options.port === 0 && tail.includes('Address already in use');
    if (performance.now() < deadline && ended !== null && (orphans.test(tail) || taken)) {
      await wait(200);
      await dropStalePidFile(folder);
      continue;
    }
    if (ended === null) child.kill('SIGQUIT');
    throw new Error(`PostgreSQL does not start over ${folder} (${ended ?? 'no answer'}):\n${tail}`);
  }
}

async function takeOver(
  folder: string,
  password: string,
  deadline: number,
): Promise<PostgresServer | null> {
  for (;;) {
    const found = await readPidFile(folder);
    if (!found) return null;
    if (!(await runsOver(found.pid, folder))) {
      await dropStalePidFile(folder);
      return null;
    }
    const server = { ...found, password, reused: true };
    if (await accepts(serverUrl(server))) return server;
    if (performance.now() > deadline)
      throw new Error(`PostgreSQL (pid ${found.pid}) runs over ${folder} but does not answer`);
    await wait(100);
  }
}

/** After `kill -9` the file stays and its pid may meanwhile be any process. */
async function dropStalePidFile(folder: string): Promise<void> {
  const found = await readPidFile(folder);
  if (found && !(await runsOver(found.pid, folder)))
    await rm(join(folder, 'postmaster.pid'), { force: true });
}

/** Fast shutdown: sessions are ended, the log is flushed. Immediate shutdown when that takes too long. */
export async function stopPostgres(folder: string, pid: number): Promise<void> {
  if (!(await runsOver(pid, folder))) return;
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  signal('SIGINT');
  const deadline = performance.now() + stopMs;
  while (performance.now() < deadline) {
    if (!(await runsOver(pid, folder))) return;
    await wait(20);
  }
  signal('SIGQUIT');
}
