import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { breakingChanges } from '../openapi/compare.ts';
import { offlineDocument } from '../openapi/offline-document.ts';

/** Where the released document stands; clients are written against it. */
export const openapiFile = new URL('../../../../docs/openapi.json', import.meta.url);

/** The text of the file, as the routes make it now. */
export const openapiText = (): string => `${JSON.stringify(offlineDocument(), null, 2)}\n`;

/** Writes docs/openapi.json anew; refuses what breaks clients unless told `--accept-breaking`. */
async function write(accept: boolean): Promise<number> {
  const text = openapiText();
  const before = await readFile(openapiFile, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
    throw error;
  });
  const breaking = breakingChanges(JSON.parse(before), JSON.parse(text));
  for (const sentence of breaking) process.stderr.write(`breaks clients: ${sentence}\n`);
  if (breaking.length > 0 && !accept) return 1;
  await writeFile(openapiFile, text);
  process.stdout.write('docs/openapi.json written\n');
  return 0;
}

if (process.argv[1] === import.meta.filename)
  process.exitCode = await write(process.argv.includes('--accept-breaking'));
