import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Encoding, WebFile, WebFiles } from '../static/web-files.ts';
import { cacheControlOf, contentTypeOf, isCompressible } from '../static/web-headers.ts';

const compress = { br: promisify(brotliCompress), gzip: promisify(gzip) };
const extensions = { br: '.br', gzip: '.gz' } as const;
/** Smaller files do not gain. */
const compressFrom = 512;
const maxFileBytes = 32 * 1024 * 1024;

interface Cached {
  file: WebFile;
  mtimeMs: number;
  size: number;
}

/**
 * Reads files below `root`. A file built beside its `.br` or `.gz` goes out as that, another is
 * compressed once and kept, up to `maxCacheBytes` in all.
 */
export function createWebFiles(root: string, maxCacheBytes = 64 * 1024 * 1024): WebFiles {
  const base = resolve(root);
  const cache = new Map<string, Cached>();
  let cachedBytes = 0;

  function keep(key: string, entry: Cached): void {
    const before = cache.get(key);
    if (before) cachedBytes -= before.file.body.byteLength;
    cache.delete(key);
    cache.set(key, entry);
    cachedBytes += entry.file.body.byteLength;
    for (const [oldest, { file }] of cache) {
      if (cachedBytes <= maxCacheBytes) break;
      cache.delete(oldest);
      cachedBytes -= file.body.byteLength;
    }
  }

  /** The file's real path, or undefined when it is none or lies outside (also by a link). */
  async function locate(name: string): Promise<string | undefined> {
    const path = resolve(join(base, name));
    if (!path.startsWith(base + sep)) return undefined;
    try {
      const real = await realpath(path);
      return real.startsWith((await realpath(base)) + sep) ? real : undefined;
    } catch {
      return undefined;
    }
  }

  async function encoded(path: string, raw: Buffer, encoding: Encoding): Promise<Buffer> {
    if (encoding === 'identity') return raw;
    try {
      return await readFile(path + extensions[encoding]);
    } catch {
      if (encoding === 'gzip') return compress.gzip(raw, { level: 9 });
      const params = { [constants.BROTLI_PARAM_QUALITY]: raw.byteLength > 1024 * 1024 ? 6 : 10 };
      return compress.br(raw, { params });
    }
  }

  return {
    async find(name, encodings) {
      const path = await locate(name);
      if (!path) return undefined;
      const info = await stat(path);
      if (!info.isFile() || info.size > maxFileBytes) return undefined;
      const contentType = contentTypeOf(name);
      const worth = info.size >= compressFrom && isCompressible(contentType);
      const encoding = (worth ? encodings[0] : undefined) ?? 'identity';
      const key = `${encoding} ${path}`;
      const known = cache.get(key);
      if (known && known.mtimeMs === info.mtimeMs && known.size === info.size) return known.file;
      const raw = await readFile(path);
      const hash = createHash('sha256').update(raw).digest('base64url').slice(0, 27);
      const file: WebFile = {
        body: new Uint8Array(await encoded(path, raw, encoding)),
        encoding,
        contentType,
        cacheControl: cacheControlOf(name),
        etag: `"${hash}${encoding === 'identity' ? '' : `-${encoding}`}"`,
      };
      keep(key, { file, mtimeMs: info.mtimeMs, size: info.size });
      return file;
    },
  };
}
