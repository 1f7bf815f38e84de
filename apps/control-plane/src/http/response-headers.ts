import type { Middleware } from './env.ts';

/** Answers of an API run nothing, are framed by nobody and kept by no cache, unless a route says otherwise. */
const defaults = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;
const https = { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } as const;

/** Headers of every answer that does not set its own. @param publicUrl decides on HSTS */
export function responseHeaders(publicUrl: string): Middleware {
  const all = { ...defaults, ...(publicUrl.startsWith('https:') && https) };
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(all))
      if (!c.res.headers.has(name)) c.header(name, value);
  };
}
