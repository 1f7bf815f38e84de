import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A file whose time stamp is this close to the moment it was hashed may change again within the
 * same tick of the file system's clock, so it is hashed anew the next time.
 */
const RACY_MS = 2_000;

/** Folders that never are inputs of anything. */
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', '.cache', '.data']);

/**
 * @param {string} root
 * @param {string} folder relative to root
 * @param {(path: string) => boolean} isInput told a path relative to root
 * @returns {string[]} paths relative to root, sorted
 */
export function filesBelow(root, folder, isInput) {
  /** @type {string[]} */
  const found = [];
  const visit = (/** @type {string} */ relative) => {
    for (const entry of readdirSync(join(root, relative), { withFileTypes: true })) {
      const path = `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) visit(path);
      } else if (entry.isFile() && isInput(path)) {
        found.push(path);
      }
    }
  };
  visit(folder);
  return found.sort();
}

/** @param {string | Buffer} data */
const sha256 = (data) => createHash('sha256').update(data).digest('hex');

/**
 * Content hash over many files, quick when few changed: a file whose modification time, size and
 * inode are those of the last time is not read again.
 * @param {string} memory file that remembers the single hashes between runs
 */
export function createHasher(memory) {
  /** @type {Record<string, [mtimeMs: number, size: number, inode: number, hash: string, hashedAt: number]>} */
  let known = {};
  try {
    known = JSON.parse(readFileSync(memory, 'utf8'));
  } catch {
    // First run, or the memory was cut short: every file is read once.
  }
  let changed = false;

  const hashFile = (/** @type {string} */ root, /** @type {string} */ path) => {
    const { mtimeMs, size, ino } = statSync(join(root, path));
    const before = known[path];
    if (
      before !== undefined &&
      before[0] === mtimeMs &&
      before[1] === size &&
      before[2] === ino &&
      before[4] - mtimeMs > RACY_MS
    ) {
      return before[3];
    }
    const hash = sha256(readFileSync(join(root, path)));
    known[path] = [mtimeMs, size, ino, hash, Date.now()];
    changed = true;
    return hash;
  };

  return {
    /**
     * @param {string} root
     * @param {readonly string[]} paths relative to root; their order counts
     * @param {string} [salt] whatever else the result depends on
     */
    hash(root, paths, salt = '') {
      return sha256(
        `${salt}\n${paths.map((path) => `${hashFile(root, path)} ${path}`).join('\n')}`,
      );
    },

    save() {
      if (changed) writeAtomically(memory, JSON.stringify(known));
      changed = false;
    },
  };
}

/** @typedef {ReturnType<typeof createHasher>} Hasher */

/**
 * @param {string} path
 * @param {string} text
 */
export function writeAtomically(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, text);
  renameSync(fresh, path);
}

/** @param {string} path */
export function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
