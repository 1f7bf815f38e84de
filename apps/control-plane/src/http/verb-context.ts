import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { ControlContext, Platform, Principal } from '@trunkline/services/core/context.ts';
import type { RequestContext } from './env.ts';

/** What a verb gets of a request. */
export type VerbContext = (c: RequestContext) => ControlContext;

/** Makes the context of a verb from what the middleware found out; nothing comes from the body. */
export function verbContext(platform: Platform): VerbContext {
  return (c) => {
    const principal = c.get('principal');
    if (!principal) throw new TrunklineError('unauthenticated');
    return contextFor(platform, c, principal);
  };
}

/** The context of sign-in routes: nobody is known yet. */
export function anonymousContext(platform: Platform): VerbContext {
  return (c) => contextFor(platform, c, { kind: 'system', name: 'sign-in' });
}

function contextFor(platform: Platform, c: RequestContext, principal: Principal): ControlContext {
  const [tenantId, idempotency] = [c.get('tenantId'), c.get('idempotency')];
  return {
    ...platform,
    principal,
    language: c.get('language'),
    log: c.get('log'),
    requestId: c.get('requestId'),
    trace: c.get('trace'),
    ...(tenantId && { tenantId }),
    ...(idempotency && { idempotency }),
  };
}

/** The body as it came: verbs parse it themselves. */
export const bodyOf = (c: RequestContext): Promise<unknown> => c.req.json();
