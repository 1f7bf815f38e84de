import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Platform } from '@trunkline/services/core/context.ts';
import { enterTenant } from '@trunkline/services/tenants/enter-tenant.ts';
import type { Middleware } from './env.ts';

/** Header by which a partner's key names the tenant it works in. */
export const tenantHeader = 'Trunkline-Tenant';

/** Finds the tenant of the request: from the token, or named by a partner and checked (PLT-046). */
export function enter(platform: Pick<Platform, 'db'>): Middleware {
  return async (c, next) => {
    const principal = c.get('principal');
    if (!principal) throw new TrunklineError('unauthenticated');
    c.set('tenantId', await enterTenant(platform, principal, c.req.header(tenantHeader)));
    await next();
  };
}
