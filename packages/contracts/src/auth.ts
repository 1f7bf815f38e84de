import { z } from 'zod';
import { idSchema } from './ids.ts';
import { role, scope } from './scopes.ts';
import { language } from './time.ts';

/** Sign-in with UC password. `identity` is `user@presence.domain` or a bare user name with `tenant` (alias or id). */
export const signIn = z
  .strictObject({
    identity: z.string().trim().min(1).max(320),
    tenant: z.string().trim().max(80).optional(),
    password: z.string().min(1).max(256).meta({ format: 'password' }),
    /** The device id this browser profile was given before; one is minted otherwise. */
    deviceId: idSchema('device').optional(),
    deviceName: z.string().trim().max(120).default('Browser'),
  })
  .meta({ id: 'SignIn' });
export type SignIn = z.infer<typeof signIn>;

/**
 * The refresh token is not in here: it travels as the HttpOnly cookie `tl_refresh`,
 * bound to the path of the auth routes.
 */
export const signedIn = z
  .object({
    accessToken: z.string(),
    tokenType: z.literal('Bearer'),
    /** Seconds until the access token ends. */
    expiresIn: z.number().int(),
    deviceId: idSchema('device'),
    user: z.object({
      id: idSchema('user'),
      tenantId: idSchema('tenant'),
      identity: z.string(),
      displayName: z.string(),
      roles: z.array(role),
      language,
    }),
  })
  .meta({ id: 'SignedIn' });
export type SignedIn = z.infer<typeof signedIn>;

/** Claims of an access token (JWT, ES256, `typ` at+jwt, RFC 9068). */
export const accessClaims = z.object({
  iss: z.string(),
  aud: z.literal('trunkline'),
  sub: idSchema('user'),
  /** Tenant. */
  tid: idSchema('tenant'),
  /** Device. */
  did: idSchema('device'),
  /** Session (refresh-token family). */
  sid: idSchema('session'),
  /** Space-separated scopes (RFC 8693 §4.2). */
  scope: z.string().max(1000),
  name: z.string().max(200),
  lang: language,
  iat: z.number().int(),
  exp: z.number().int(),
  jti: z.string(),
});
export type AccessClaims = z.infer<typeof accessClaims>;

/** Splits and checks the scopes of a token; unknown ones are dropped (deny by default). */
export function scopesOf(claims: Pick<AccessClaims, 'scope'>): z.infer<typeof scope>[] {
  return claims.scope.split(' ').flatMap((text) => {
    const parsed = scope.safeParse(text);
    return parsed.success ? [parsed.data] : [];
  });
}
