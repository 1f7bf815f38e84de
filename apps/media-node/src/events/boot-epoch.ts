import { join } from 'node:path';
import { readIfThere, replaceFile } from '../durable-file.ts';

const file = 'boot-epoch';

/**
 * The boot epoch of this start: the wall clock at start, but always above the last one used, so
 * that a clock set back never reuses a numbered stream. On disk before it is used.
 */
export async function readBootEpoch(folder: string, atLeast: number): Promise<number> {
  const path = join(folder, file);
  const last = Number(await readIfThere(path));
  const epoch = Math.max(atLeast, (Number.isSafeInteger(last) ? last : 0) + 1);
  await replaceFile(path, String(epoch));
  return epoch;
}
