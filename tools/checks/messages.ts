import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from './architecture.ts';
import { sourceFiles } from './source-files.ts';
import type { Violation } from './violation.ts';

const LANGUAGES = ['de', 'en'] as const;
const RULE = 'every text exists in German and English, with the same placeholders';

/** Nested texts. */
interface Dictionary {
  readonly [key: string]: string | Dictionary;
}

type CompareDictionaries = (de: Dictionary, en: Dictionary) => string[];

/**
 * The comparison that the web apps' own tests use. It is loaded when needed, because an import
 * would have it checked without the types of a browser, which its neighbours need.
 */
async function loadComparison(): Promise<CompareDictionaries> {
  const path = join(REPOSITORY, 'packages/ui/src/i18n/compare.ts');
  const module: { compareDictionaries: CompareDictionaries } = await import(
    pathToFileURL(path).href
  );
  return module.compareDictionaries;
}

/**
 * Compares `de.ts` and `en.ts` in each folder that has one of them; what each exports is its
 * dictionary.
 */
export async function checkMessages(root: string): Promise<Violation[]> {
  const files = new Set(sourceFiles(root));
  const folders = new Set(
    [...files].filter((file) => /\/(?:de|en)\.ts$/.test(file)).map((file) => file.slice(0, -6)),
  );
  const compareDictionaries = await loadComparison();
  const violations: Violation[] = [];
  for (const folder of folders) {
    const missing = LANGUAGES.map((language) => `${folder}/${language}.ts`).filter(
      (file) => !files.has(file),
    );
    for (const file of missing) {
      violations.push({ file, line: 1, found: 'there is no such dictionary', rule: RULE });
    }
    if (missing.length > 0) continue;
    const [de, en] = await Promise.all([
      readDictionary(join(root, folder, 'de.ts')),
      readDictionary(join(root, folder, 'en.ts')),
    ]);
    for (const found of compareDictionaries(de, en)) {
      violations.push({ file: `${folder}/de.ts`, line: 1, found, rule: RULE });
    }
  }
  return violations;
}

/** All texts a module exports; dictionaries under several names are taken together. */
async function readDictionary(path: string): Promise<Dictionary> {
  const module: Record<string, unknown> = await import(pathToFileURL(path).href);
  return Object.assign({}, ...Object.values(module).filter((value) => typeof value === 'object'));
}
