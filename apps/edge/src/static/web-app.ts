import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Encoding, WebFile, WebFiles } from './web-files.ts';
import { webHeaders } from './web-headers.ts';

export interface WebAppOptions {
  /** Built files by the path they are served under, longest first: `/portal/`, then `/`. */
  apps: readonly { base: string; files: WebFiles }[];
  publicUrl: string;
}

/** Answers what is no API path: files of the web apps, their pages for every address inside them. */
export type WebApps = (request: Request) => Promise<Response>;

/** Encodings the client takes, best first (RFC 9110 §12.5.3, without weighing). */
function accepted(header: string | null): Encoding[] {
  const names = new Map<string, boolean>();
  for (const part of (header ?? '').slice(0, 200).toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    names.set(name, !parameters.some((text) => /^q=0(?:\.0*)?$/.test(text)));
  }
  return (['br', 'gzip'] as const).filter((name) => names.get(name) === true);
}

/** True when the client has this very content already (RFC 9110 §13.1.2). */
function unchanged(ifNoneMatch: string | null, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').slice(0, 1000).split(',');
  return tags.some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*');
}

export function createWebApps({ apps, publicUrl }: WebAppOptions): WebApps {
  const common = webHeaders({ publicUrl });

  function answer(request: Request, file: WebFile): Response {
    const headers = new Headers({
      ...common,
      'cache-control': file.cacheControl,
      etag: file.etag,
      vary: 'accept-encoding',
    });
    if (unchanged(request.headers.get('if-none-match'), file.etag))
      return new Response(null, { status: 304, headers });
    headers.set('content-type', file.contentType);
    headers.set('content-length', String(file.body.byteLength));
    if (file.encoding !== 'identity') headers.set('content-encoding', file.encoding);
    return new Response(request.method === 'HEAD' ? null : file.body, { headers });
  }

  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new TrunklineError('method_not_allowed');
    const { pathname } = new URL(request.url);
    const app = apps.find(({ base }) => pathname.startsWith(base) || `${pathname}/` === base);
    if (!app) throw new TrunklineError('not_found');
    if (`${pathname}/` === app.base)
      return new Response(null, { status: 308, headers: { ...common, location: app.base } });
    let name: string;
    try {
      name = decodeURIComponent(pathname.slice(app.base.length));
    } catch {
      throw new TrunklineError('not_found');
    }
    if (name.includes('\0')) throw new TrunklineError('not_found');
    const encodings = accepted(request.headers.get('accept-encoding'));
    // An address without extension is a place inside the app: its page finds the way.
    const page = !/\.[A-Za-z0-9]+$/.test(name);
    const file = await app.files.find(page ? 'index.html' : name, encodings);
    if (!file) throw new TrunklineError('not_found');
    return answer(request, file);
  };
}
