import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { TenantId, UserId } from '@trunkline/contracts/ids.ts';
import { type Role, type Scope, scopesOfRole } from '@trunkline/contracts/scopes.ts';
import type { PhoneSlot } from '@trunkline/contracts/users.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { userPhones, users } from '@trunkline/database/tenant/users.ts';
import { and, arrayContains, eq, ne, sql } from 'drizzle-orm';
import type { Context } from '../core/context.ts';
import { normalisePhone } from '../lines/binding.ts';
import type { UserRow } from './user-resource.ts';

/**
 * An admin gives no rights above the own ones and touches nobody who has more (PLT-048); only an
 * owner makes owners. API keys are bound by their scopes alone.
 * @throws TrunklineError `missing_scope` naming what the caller lacks
 */
export async function requireRightsOver(
  tx: TenantTransaction,
  ctx: Context,
  roles: readonly Role[],
): Promise<void> {
  const { principal } = ctx;
  if (principal.kind !== 'user' || roles.length === 0) return;
  const [actor] = await tx
    .select({ roles: users.roles })
    .from(users)
    .where(eq(users.id, principal.userId));
  const own = new Set<Scope>((actor?.roles ?? []).flatMap((role) => scopesOfRole[role]));
  const lacking = roles.flatMap((role) => scopesOfRole[role]).find((scope) => !own.has(scope));
  if (lacking) throw new TrunklineError('missing_scope', { scope: lacking });
  if (roles.includes('owner') && !actor?.roles.includes('owner'))
    throw new TrunklineError('missing_scope', {
      detail: 'only an owner may make or change owners',
    });
}

/**
 * At least one active owner must remain. Call before a change that takes this user's ownership.
 * @throws TrunklineError `last_owner` (PLT-048)
 */
export async function guardLastOwner(
  tx: TenantTransaction,
  tenantId: TenantId,
  user: UserRow,
): Promise<void> {
  if (!user.enabled || !user.roles.includes('owner')) return;
  // Two owners who remove each other at the same moment take turns.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`owners ${tenantId}`}, 0))`);
  const others = await tx
    .select({ id: users.id })
    .from(users)
    .where(
      and(ne(users.id, user.id), eq(users.enabled, true), arrayContains(users.roles, ['owner'])),
    )
    .limit(1);
  if (others.length === 0) throw new TrunklineError('last_owner');
}

/** Replaces the numbers of a user. */
export async function replacePhones(
  tx: TenantTransaction,
  tenantId: TenantId,
  userId: UserId,
  phones: readonly { slot: PhoneSlot; number: string }[],
): Promise<void> {
  await tx
    .delete(userPhones)
    .where(and(eq(userPhones.tenantId, tenantId), eq(userPhones.userId, userId)));
  if (phones.length === 0) return;
  await tx.insert(userPhones).values(
    phones.map(({ slot, number }) => ({
      tenantId,
      id: `${userId}/${slot}`,
      userId,
      slot,
      number,
      normalised: normalisePhone(number),
    })),
  );
}
