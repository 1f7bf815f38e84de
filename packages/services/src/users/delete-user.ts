import type { UserId } from '@trunkline/contracts/ids.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { and, eq } from 'drizzle-orm';
import { endSessionsOf } from '../auth/end-sessions.ts';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { checkVersion } from '../core/versions.ts';
import { guardLastOwner, requireRightsOver } from './user-rules.ts';

/**
 * Deletes a user with all that is the user's own: numbers, devices, sessions, journal.
 * @throws TrunklineError `not_found`, `precondition_failed`, `last_owner`, `missing_scope`
 */
export async function deleteUser(ctx: Context, userId: UserId, ifMatch?: string): Promise<void> {
  requireScope(ctx, 'users:write');
  const tenantId = tenantOf(ctx);
  await changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx.select().from(users).where(eq(users.id, userId)).for('update');
    const current = found(row);
    checkVersion(ifMatch, current.version);
    await requireRightsOver(tx, ctx, current.roles);
    await guardLastOwner(tx, tenantId, current);
    const now = ctx.clock.now();
    await endSessionsOf(tx, effects, { tenantId, userId, reason: 'user_deleted', now });
    await tx.delete(users).where(and(eq(users.tenantId, tenantId), eq(users.id, userId)));
    effects.audit('user.delete', userId);
    effects.publish('directory.changed', {});
    effects.publish('config.changed', {});
  });
}
