import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The data folder belongs to another running process. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError';
}

/** When a process started, in ticks since boot: tells a pid from its later namesake. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // The command (field 2) may contain blanks and parentheses; field 22 counts from its end.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/**
 * Takes the data folder for this process. A lock left by a killed process is taken over.
 * @returns gives it back
 * @throws DataFolderInUseError `data folder … is in use by pid …`
 */
export async function lockDataFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'lock');
  const draft = `${file}.${process.pid}`;
  const mine = `${process.pid} ${(await startOf(process.pid)) ?? ''}\n`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        // A hard link fails when the name exists: taken whole or not at all.
        await link(draft, file);
        return async () => {
          if ((await readFile(file, 'utf8').catch(() => '')) === mine)
            await rm(file, { force: true });
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const [pid = '', started = ''] = (await readFile(file, 'utf8').catch(() => ''))
        .trim()
        .split(' ');
      const running = await startOf(Number(pid));
      if (running !== null && running === started)
        throw new DataFolderInUseError(`data folder ${folder} is in use by pid ${pid}`);
      await rm(file, { force: true });
    }
    throw new DataFolderInUseError(`data folder ${folder} is being taken by several processes`);
  } finally {
    await rm(draft, { force: true });
  }
}
