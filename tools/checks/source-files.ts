import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const TOP_FOLDERS = ['apps', 'packages', 'e2e', 'tools', 'migrations'];
const SKIPPED = new Set(['node_modules', 'dist', 'coverage']);
const SOURCE = /\.(?:ts|tsx|mts|mjs|js)$/;

/**
 * All source files of the repository, relative to its root with forward slashes, sorted.
 * Generated and fetched folders are left out.
 */
export function sourceFiles(root: string): string[] {
  const found: string[] = [];
  const visit = (folder: string, deep: boolean) => {
    for (const entry of entriesOf(join(root, folder))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (deep && !SKIPPED.has(entry.name) && !entry.name.startsWith('.')) visit(path, true);
      } else if (entry.isFile() && SOURCE.test(entry.name)) {
        found.push(path);
      }
    }
  };
  visit('', false);
  for (const folder of TOP_FOLDERS) visit(folder, true);
  return found.sort();
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
