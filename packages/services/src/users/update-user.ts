import type { UserId } from '@trunkline/contracts/ids.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { updateUser as schema, type User } from '@trunkline/contracts/users.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { and, eq } from 'drizzle-orm';
import { endSessionsOf } from '../auth/end-sessions.ts';
import { fieldsOf, given } from '../core/changes.ts';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { checkVersion } from '../core/versions.ts';
import { rebindLines } from '../lines/binding.ts';
import { userResource } from './user-resource.ts';
import { guardLastOwner, replacePhones, requireRightsOver } from './user-rules.ts';

/**
 * Changes a user. Disabling ends the user's sessions.
 * @throws TrunklineError `not_found`, `precondition_failed`, `last_owner`, `missing_scope`
 */
export async function updateUser(
  ctx: Context,
  userId: UserId,
  input: unknown,
  ifMatch?: string,
): Promise<User> {
  requireScope(ctx, 'users:write');
  const { phones, ...fields } = parse(schema, input);
  const tenantId = tenantOf(ctx);
  return changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx.select().from(users).where(eq(users.id, userId)).for('update');
    const current = found(row);
    checkVersion(ifMatch, current.version);
    const enabled = fields.enabled ?? current.enabled;
    const roles = fields.roles ?? current.roles;
    if (isSensitive(fields)) await requireRightsOver(tx, ctx, [...current.roles, ...roles]);
    if (!enabled || !roles.includes('owner')) await guardLastOwner(tx, tenantId, current);
    const [changed] = await tx
      .update(users)
      .set({ ...given(fields), updatedAt: ctx.clock.now(), version: current.version + 1 })
      .where(and(eq(users.tenantId, tenantId), eq(users.id, userId)))
      .returning();
    if (phones) await replacePhones(tx, tenantId, userId, phones);
    if (phones || fields.enabled !== undefined) await rebindLines(tx, tenantId);
    if (!enabled)
      await endSessionsOf(tx, effects, {
        tenantId,
        userId,
        reason: 'user_disabled',
        now: ctx.clock.now(),
      });
    effects.audit('user.update', userId, fieldsOf({ ...fields, phones }));
    effects.publish('directory.changed', {});
    effects.publish('config.changed', {});
    return userResource(tx, found(changed));
  });
}

/** Changes of who somebody is to the tenant, or whether at all. */
const isSensitive = (fields: { roles?: unknown; enabled?: unknown; email?: unknown }) =>
  fields.roles !== undefined || fields.enabled !== undefined || fields.email !== undefined;
