import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Middleware } from './env.ts';

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** Origins whose pages may use the cookie: the public one and, when that is on loopback, its other names. */
export function allowedOrigins(publicUrl: string): ReadonlySet<string> {
  const { origin, hostname, protocol, port } = new URL(publicUrl);
  if (!loopback.includes(hostname)) return new Set([origin]);
  const suffix = port ? `:${port}` : '';
  return new Set(loopback.map((name) => `${protocol}//${name}${suffix}`));
}

/** Refuses requests from pages of other origins; no page sends a request without `Origin` as POST. */
export function sameOrigin(origins: ReadonlySet<string>): Middleware {
  return async (c, next) => {
    const origin = c.req.header('origin');
    if (origin !== undefined && !origins.has(origin))
      throw new TrunklineError('origin_not_allowed');
    await next();
  };
}
