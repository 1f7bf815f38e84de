import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { DeviceId, Id, MediaNodeId, TenantId, UserId } from '@trunkline/contracts/ids.ts';
import type { Scope } from '@trunkline/contracts/scopes.ts';
import type { Language } from '@trunkline/contracts/time.ts';
import type { Database } from '@trunkline/database/connect.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { PasswordHasher } from '@trunkline/platform/password.ts';
import type { RateLimiter } from '@trunkline/platform/rate-limit.ts';
import type { KeyRing } from '@trunkline/platform/seal.ts';
import type { TraceContext } from '@trunkline/platform/telemetry.ts';
import type { SigningKeys } from '../keys/signing-keys.ts';

/** Who asks. */
export type Principal =
  | {
      readonly kind: 'user';
      readonly userId: UserId;
      readonly tenantId: TenantId;
      readonly deviceId: DeviceId;
      readonly sessionId: Id<'session'>;
      readonly scopes: ReadonlySet<Scope>;
    }
  | {
      readonly kind: 'apiKey';
      readonly keyId: Id<'apiKey'>;
      readonly partnerId: Id<'partner'> | null;
      /** Set on a key that belongs to one tenant. */
      readonly tenantId: TenantId | null;
      readonly scopes: ReadonlySet<Scope>;
    }
  | { readonly kind: 'node'; readonly nodeId: MediaNodeId }
  | { readonly kind: 'system'; readonly name: string };

/** A POST whose reply is kept (PLT-051): the verb stores it in its own transaction. */
export interface IdempotentReply {
  readonly id: string;
  /** Status of the reply if the verb succeeds. */
  readonly status: number;
}

/** What every verb gets; enough for those an edge runs. */
export interface Context {
  readonly principal: Principal;
  /** The tenant of this request, from the verified token or checked against the partner's subtree. */
  readonly tenantId?: TenantId;
  readonly language: Language;
  readonly db: { readonly app: Database; readonly router: Database };
  readonly clock: Clock;
  readonly log: Logger;
  readonly requestId: string;
  readonly trace?: TraceContext;
  readonly idempotency?: IdempotentReply;
}

/** What one control-plane process has: made once at start. */
export interface Platform {
  readonly db: {
    readonly app: Database;
    readonly router: Database;
    readonly worker: Database;
    readonly operator: Database;
  };
  readonly keyring: KeyRing;
  readonly hasher: PasswordHasher;
  readonly signingKeys: SigningKeys;
  readonly clock: Clock;
  readonly log: Logger;
  /** Parent of the presence domains. */
  readonly platformDomain: string;
  /** Home region of new tenants. */
  readonly region: string;
  /** `iss` of access tokens: the public URL. */
  readonly issuer: string;
  /** Failed sign-ins per identity and sign-ins per address. */
  readonly signInLimits: { readonly identity: RateLimiter; readonly address: RateLimiter };
}

/** What the verbs of the control plane get. */
export type ControlContext = Context & Platform;

/** @throws TrunklineError `missing_scope` naming the scope (PLT-052) */
export function requireScope(ctx: Context, scope: Scope): void {
  const { principal } = ctx;
  if (principal.kind === 'system') return;
  if (principal.kind !== 'node' && principal.scopes.has(scope)) return;
  throw new TrunklineError('missing_scope', { scope });
}

/** The tenant the verb works in. @throws TrunklineError `tenant_header_missing` */
export function tenantOf(ctx: Context): TenantId {
  if (ctx.tenantId === undefined) throw new TrunklineError('tenant_header_missing');
  return ctx.tenantId;
}

/** The signed-in user. @throws TrunklineError `missing_scope`: an API key never acts as a user */
export function userOf(ctx: Context): Principal & { kind: 'user' } {
  if (ctx.principal.kind !== 'user') throw new TrunklineError('missing_scope', { scope: 'client' });
  return ctx.principal;
}

/** Kind and id of the one who asks, as audit rows store them. */
export function actorOf(principal: Principal): { actorKind: string; actorId: string } {
  switch (principal.kind) {
    case 'user':
      return { actorKind: 'user', actorId: principal.userId };
    case 'apiKey':
      return { actorKind: 'api_key', actorId: principal.keyId };
    case 'node':
      return { actorKind: 'node', actorId: principal.nodeId };
    case 'system':
      return { actorKind: 'system', actorId: principal.name };
  }
}
