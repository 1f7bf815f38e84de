import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noteDirectory } from './reaper.ts';

/** A folder of a test's own. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
  /** Removes it with all it holds; harmless the second time. */
  remove(): Promise<void>;
}

/** Makes a folder under the system's temporary folder; it is gone after the run, even a killed one. */
export async function tempDir(name: string): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), `trunkline-${name}-`));
  noteDirectory(path);
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  return { path, remove, [Symbol.asyncDispose]: remove };
}
