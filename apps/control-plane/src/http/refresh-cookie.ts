import { sessionDays } from '@trunkline/services/auth/session-times.ts';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { RequestContext } from './env.ts';

const name = 'tl_refresh';
const path = '/v1/auth';

/** The refresh token's only place: a cookie scripts cannot read, sent to the sign-in routes alone. */
export interface RefreshCookie {
  read(c: RequestContext): string | undefined;
  write(c: RequestContext, token: string): void;
  remove(c: RequestContext): void;
}

/** @param publicUrl `Secure` is set when it is https */
export function refreshCookie(publicUrl: string): RefreshCookie {
  const attributes = {
    path,
    httpOnly: true,
    sameSite: 'Strict' as const,
    secure: new URL(publicUrl).protocol === 'https:',
  };
  return {
    read: (c) => getCookie(c, name),
    write: (c, token) =>
      setCookie(c, name, token, { ...attributes, maxAge: sessionDays * 24 * 3600 }),
    remove: (c) => void deleteCookie(c, name, attributes),
  };
}
