import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { DocsAssets } from '../routes/docs.ts';

const compress = promisify(gzip);

/** The reference page's script out of its npm package; read and compressed once, when first asked for. */
export function packagedReference(): DocsAssets {
  let loaded: ReturnType<DocsAssets['script']> | undefined;
  const load = async () => {
    const entry = import.meta.resolve('@scalar/api-reference');
    const file = await readFile(new URL('browser/standalone.js', entry));
    return { body: new Uint8Array(file), gzip: new Uint8Array(await compress(file)) };
  };
  return {
    script() {
      loaded ??= load().catch((error: unknown) => {
        loaded = undefined;
        throw error;
      });
      return loaded;
    },
  };
}
