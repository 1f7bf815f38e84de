import { type AccessClaims, scopesOf } from '@trunkline/contracts/auth.ts';
import { type ErrorCode, TrunklineError } from '@trunkline/contracts/errors.ts';
import type { RateLimiter } from '@trunkline/platform/rate-limit.ts';
import type { AccessTokenVerifier } from '@trunkline/platform/tokens.ts';
import type { MiddlewareHandler } from 'hono';
import type { EdgeEnv } from './context.ts';

/**
 * Lets signed-in users through: a valid access token with the scope `client`, within their rate.
 * The token is verified here, at the edge; the control plane is not asked. What it told of ended
 * sign-ins and suspended tenants counts at once, not only when the token ends.
 * @param refusal why a token that verifies is not to be let through
 */
export function authenticate(
  verifyToken: AccessTokenVerifier,
  limiter: RateLimiter,
  refusal: (claims: AccessClaims) => ErrorCode | undefined,
): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const token = /^Bearer ([^\s]{1,4096})$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (!token) throw new TrunklineError('unauthenticated');
    const claims = await verifyToken(token);
    const scopes = scopesOf(claims);
    if (!scopes.includes('client'))
      throw new TrunklineError(
        scopes.includes('emergency') ? 'tenant_suspended' : 'missing_scope',
        {
          scope: 'client',
        },
      );
    const refused = refusal(claims);
    if (refused) throw new TrunklineError(refused);
    const rate = limiter.take(`${claims.tid} ${claims.sub}`);
    if (!rate.ok)
      throw new TrunklineError('rate_limited', { retryAfterSeconds: rate.retryAfterSeconds });
    c.set('claims', claims);
    await next();
  };
}
