import type { SignedIn } from '@trunkline/contracts/auth.ts';
import {
  type DeviceId,
  type Id,
  newId,
  type TenantId,
  type UserId,
} from '@trunkline/contracts/ids.ts';
import { type Scope, scopesOfRole } from '@trunkline/contracts/scopes.ts';
import type { TenantState } from '@trunkline/contracts/tenants.ts';
import { currentTenant } from '@trunkline/database/control/tenants.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { accessTokenSeconds, signAccessToken } from '@trunkline/platform/tokens.ts';
import type { ControlContext } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import type { UserRow } from '../users/user-resource.ts';

/** What the tenant adds to a token. */
export interface TokenTenant {
  readonly state: TenantState;
  readonly presenceDomain: string;
}

export async function tokenTenant(tx: TenantTransaction): Promise<TokenTenant> {
  const [row] = await tx.select().from(currentTenant);
  return found(row);
}

/** What a user may do now: a suspended tenant leaves emergency calls only (catalogue decision 6). */
export function scopesFor(user: UserRow, tenant: TokenTenant): Scope[] {
  if (tenant.state === 'suspended') return ['emergency'];
  return [...new Set<Scope>(['client', ...user.roles.flatMap((role) => scopesOfRole[role])])];
}

/** Signs an access token and wraps it as the sign-in routes answer it. */
export async function issueAccess(
  ctx: ControlContext,
  user: UserRow,
  tenant: TokenTenant,
  session: { id: string; deviceId: string },
): Promise<SignedIn> {
  const now = Math.floor(ctx.clock.now().getTime() / 1000);
  const tenantId = user.tenantId as TenantId;
  const userId = user.id as UserId;
  // Whoever never chose a language gets the one their browser asks for.
  const language = user.language ?? ctx.language;
  const accessToken = await signAccessToken({
    key: await ctx.signingKeys.active('token'),
    claims: {
      iss: ctx.issuer,
      aud: 'trunkline',
      sub: userId,
      tid: tenantId,
      did: session.deviceId as DeviceId,
      sid: session.id as Id<'session'>,
      scope: scopesFor(user, tenant).join(' '),
      name: user.displayName,
      lang: language,
      iat: now,
      exp: now + accessTokenSeconds,
      jti: newId('request'),
    },
  });
  return {
    accessToken,
    tokenType: 'Bearer',
    expiresIn: accessTokenSeconds,
    deviceId: session.deviceId as DeviceId,
    user: {
      id: userId,
      tenantId,
      identity: `${user.userName}@${tenant.presenceDomain}`,
      displayName: user.displayName,
      roles: user.roles,
      language,
    },
  };
}
