import type { Scope } from '@trunkline/contracts/scopes.ts';
import type { AccessTokenVerifier } from '@trunkline/platform/tokens.ts';
import type { Platform } from '@trunkline/services/core/context.ts';
import { limitBody } from './body-limit.ts';
import { enter } from './enter-tenant.ts';
import type { Middleware } from './env.ts';
import { idempotent } from './idempotent.ts';
import { knowCaller } from './know-caller.ts';
import { limitAddress, limitCaller, type RequestLimits } from './rate-limit.ts';
import { needScope } from './require-scope.ts';
import { shareFairly } from './tenant-share.ts';

/** What stands in front of a route, in this order. */
export interface Guards {
  /** A caller with the scope; no tenant is entered. */
  caller(scope: Scope): Middleware[];
  /** A caller with the scope, inside one tenant. */
  inTenant(scope: Scope): Middleware[];
  /** Behind the others, on POST: the reply is kept. */
  once(status: 200 | 201): Middleware;
  /** Anybody, within the limits of an address. */
  readonly anybody: Middleware[];
}

export interface GuardOptions {
  readonly platform: Platform;
  readonly verifyToken: AccessTokenVerifier;
  readonly limits: RequestLimits;
}

/** Half of the default pool: one tenant never holds all connections. */
const share = { atOnce: 5, waiting: 200 };

export function createGuards(options: GuardOptions): Guards {
  const { platform, limits } = options;
  const known = [knowCaller(options), limitCaller(limits)];
  const fair = shareFairly(limits, share);
  return {
    caller: (scope) => [...known, needScope(scope), limitBody],
    inTenant: (scope) => [...known, needScope(scope), enter(platform), fair, limitBody],
    once: (status) => idempotent(platform, status),
    anybody: [limitAddress(limits), limitBody],
  };
}
