import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from './source-files.ts';
import type { Violation } from './violation.ts';

/** Longest a source file may be: one concept a file. */
export const MAX_LINES = 500;

/** Files that are allowed to be longer, each with the reason in words. */
const EXCEPTIONS: Readonly<Record<string, string>> = {};

/**
 * Finds source files longer than {@link MAX_LINES} lines, and exceptions that are not needed any more.
 *
 * @param exceptions path → why it may be longer
 */
export function checkFileLength(
  root: string,
  exceptions: Readonly<Record<string, string>> = EXCEPTIONS,
): Violation[] {
  const violations: Violation[] = [];
  const unused = new Set(Object.keys(exceptions));
  for (const file of sourceFiles(root)) {
    const lines = readFileSync(join(root, file), 'utf8').split('\n').length - 1;
    if (lines <= MAX_LINES) continue;
    unused.delete(file);
    if (exceptions[file] !== undefined) continue;
    violations.push({
      file,
      line: MAX_LINES + 1,
      found: `${lines} lines`,
      rule: `a file holds one concept in at most ${MAX_LINES} lines; an exception needs its reason in tools/checks/file-length.ts`,
    });
  }
  for (const file of unused) {
    violations.push({
      file,
      line: 1,
      found: 'an exception from the length limit that is not needed',
      rule: 'exceptions in tools/checks/file-length.ts name files that are longer than the limit',
    });
  }
  return violations;
}
