import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Scope } from '@trunkline/contracts/scopes.ts';
import type { Middleware } from './env.ts';

/**
 * Refuses callers without a scope before their body is looked at; the verb checks again (PLT-052).
 * Who has only `emergency` is told why.
 */
export function needScope(scope: Scope): Middleware {
  return async (c, next) => {
    const principal = c.get('principal');
    const scopes = principal && 'scopes' in principal ? principal.scopes : new Set<Scope>();
    if (!scopes.has(scope))
      throw new TrunklineError(scopes.has('emergency') ? 'tenant_suspended' : 'missing_scope', {
        scope,
      });
    await next();
  };
}
