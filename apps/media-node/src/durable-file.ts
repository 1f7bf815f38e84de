import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const temporarySuffix = '.tmp';

/** Makes names created, renamed or removed in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a file so that after a crash at any moment either the old or the new content is there,
 * never a part: temporary file, fsync, rename, fsync of the folder. Mode 0600: configuration and
 * dialog state are nobody else's business.
 */
export async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}${temporarySuffix}`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Removes a file; one that is not there is fine. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return;
  }
  await syncFolder(dirname(path));
}

/** Content of a file, or null when there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/**
 * Makes a folder and lists its files with one extension, sorted by name. Temporary files left by
 * a crash are removed.
 */
export async function openFolder(folder: string, extension: string): Promise<string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = await readdir(folder);
  for (const name of names)
    if (name.endsWith(temporarySuffix)) await removeFile(join(folder, name));
  return names.filter((name) => name.endsWith(extension)).sort();
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
