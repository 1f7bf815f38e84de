import { readFile } from 'node:fs/promises';
import { writePrivateFile } from '@trunkline/platform/node/identity-file.ts';
import type { KeySetStore } from '../jwks-source.ts';

/** Keeps the key set in a file, so that a restart during an outage still serves users. */
export function keySetFile(path: string): KeySetStore {
  return {
    async read() {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write: (text) => writePrivateFile(path, text),
  };
}
