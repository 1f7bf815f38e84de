import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHasher, filesBelow } from './fingerprint.mjs';

let root = '';
const anHourAgo = new Date(Date.now() - 3_600_000);

function write(path: string, text: string, at = anHourAgo): void {
  writeFileSync(join(root, path), text);
  utimesSync(join(root, path), at, at);
}

/** The hash as a new process would see it: through the memory on disk. */
function hash(): string {
  const hasher = createHasher(join(root, 'memory.json'));
  const result = hasher.hash(
    root,
    filesBelow(root, 'src', (path) => !path.endsWith('.test.ts')),
  );
  hasher.save();
  return result;
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trunkline-fingerprint-'));
  mkdirSync(join(root, 'src/node_modules'), { recursive: true });
  write('src/a.ts', 'one');
  write('src/b.ts', 'two');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('the same content has the same hash, whatever its time stamps', () => {
  const before = hash();
  expect(hash()).toBe(before);
  write('src/a.ts', 'one', new Date(anHourAgo.getTime() + 60_000));
  expect(hash()).toBe(before);
});

test('a changed, a new, a renamed and a removed file change it', () => {
  const seen = new Set([hash()]);
  write('src/a.ts', 'ONE', new Date(anHourAgo.getTime() + 60_000));
  seen.add(hash());
  write('src/c.ts', 'three');
  seen.add(hash());
  rmSync(join(root, 'src/c.ts'));
  write('src/d.ts', 'three');
  seen.add(hash());
  rmSync(join(root, 'src/b.ts'));
  seen.add(hash());
  expect(seen.size).toBe(5);
});

test('what is left out and what is installed do not count', () => {
  const before = hash();
  write('src/a.test.ts', 'test');
  write('src/node_modules/x.ts', 'installed');
  expect(hash()).toBe(before);
});

test('a file hashed within its clock’s tick is read again, though nothing seems to have changed', () => {
  const now = new Date();
  write('src/a.ts', 'one', now);
  const before = hash();
  const { ino } = statSync(join(root, 'src/a.ts'));
  write('src/a.ts', 'eno', now);
  expect(statSync(join(root, 'src/a.ts')).ino).toBe(ino);
  expect(hash()).not.toBe(before);
});

test('a memory that was cut short costs time, not correctness', () => {
  const before = hash();
  writeFileSync(join(root, 'memory.json'), '{"src/a.ts":[1,');
  expect(hash()).toBe(before);
});
