import { type AccessClaims, scopesOf } from '@trunkline/contracts/auth.ts';
import type { ErrorCode } from '@trunkline/contracts/errors.ts';

/**
 * What a token is good for: everything its scopes say, emergency calls only, or nothing.
 * `grace` is the time in which a fresh token may still come in.
 */
export type Standing =
  | { is: 'full' }
  | { is: 'emergency'; because: ErrorCode }
  | { is: 'none'; because: ErrorCode };

export interface StandingContext {
  now: Date;
  graceMs: number;
  /** The tenant is suspended, whatever the token says. */
  suspended: boolean;
}

/** Catalogue decision 6: neither a suspended tenant nor an ended token stops emergency calls. */
export function standingOf(claims: AccessClaims, context: StandingContext): Standing {
  const scopes = scopesOf(claims);
  const client = scopes.includes('client');
  if (!client && !scopes.includes('emergency')) return { is: 'none', because: 'missing_scope' };
  if (context.suspended || !client) return { is: 'emergency', because: 'tenant_suspended' };
  if (context.now.getTime() < claims.exp * 1000) return { is: 'full' };
  return { is: 'emergency', because: 'session_expired' };
}

/** True when the time for a fresh token is over. */
export function graceOver(
  claims: AccessClaims,
  context: Omit<StandingContext, 'suspended'>,
): boolean {
  return context.now.getTime() >= claims.exp * 1000 + context.graceMs;
}
