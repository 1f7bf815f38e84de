import { scopesOf } from '@trunkline/contracts/auth.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { AccessTokenVerifier } from '@trunkline/platform/tokens.ts';
import { requireLiveSession } from '@trunkline/services/auth/live-session.ts';
import type { Platform, Principal } from '@trunkline/services/core/context.ts';
import { authenticateApiKey, looksLikeApiKey } from '@trunkline/services/keys/api-key.ts';
import type { Middleware } from './env.ts';
import { type RequestLimits, take } from './rate-limit.ts';

export interface CallerOptions {
  readonly platform: Pick<Platform, 'db' | 'clock'>;
  readonly verifyToken: AccessTokenVerifier;
  readonly limits: RequestLimits;
}

/**
 * Who asks: `Bearer <access token>` of a session that still stands, or `Bearer tlk_…` (an API key,
 * PLT-052). Else 401; an address that goes on guessing is slowed down.
 */
export function knowCaller(options: CallerOptions): Middleware {
  return async (c, next) => {
    try {
      c.set('principal', await callerOf(options, c.req.header('authorization')));
    } catch (error) {
      if (error instanceof TrunklineError && error.code === 'unauthenticated')
        take(options.limits.address, c.env.clientAddress);
      throw error;
    }
    await next();
  };
}

async function callerOf(
  { platform, verifyToken }: CallerOptions,
  authorization: string | undefined,
): Promise<Principal> {
  const token = /^Bearer ([^\s]{1,4096})$/i.exec(authorization ?? '')?.[1];
  if (!token) throw new TrunklineError('unauthenticated');
  if (looksLikeApiKey(token)) return authenticateApiKey(platform.db.router, platform.clock, token);
  const claims = await verifyToken(token);
  const principal = {
    kind: 'user' as const,
    userId: claims.sub,
    tenantId: claims.tid,
    deviceId: claims.did,
    sessionId: claims.sid,
    scopes: new Set(scopesOf(claims)),
  };
  await requireLiveSession(platform, principal);
  return principal;
}
