import type { UserId } from '@trunkline/contracts/ids.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { setPassword as schema } from '@trunkline/contracts/users.ts';
import { passwordCredentials, users } from '@trunkline/database/tenant/users.ts';
import { eq } from 'drizzle-orm';
import { endSessionsOf } from '../auth/end-sessions.ts';
import { type ControlContext, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { requireRightsOver } from './user-rules.ts';

/**
 * Sets a user's UC password and ends the user's sessions.
 * @throws TrunklineError `not_found`, `missing_scope`
 */
export async function setPassword(
  ctx: ControlContext,
  userId: UserId,
  input: unknown,
): Promise<void> {
  requireScope(ctx, 'users:write');
  const { password } = parse(schema, input);
  const tenantId = tenantOf(ctx);
  const hash = await ctx.hasher.hash(password);
  await changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx.select().from(users).where(eq(users.id, userId)).for('update');
    await requireRightsOver(tx, ctx, found(row).roles);
    const now = ctx.clock.now();
    await tx
      .insert(passwordCredentials)
      .values({ tenantId, id: userId, hash, updatedAt: now })
      .onConflictDoUpdate({
        target: [passwordCredentials.tenantId, passwordCredentials.id],
        set: { hash, updatedAt: now },
      });
    await endSessionsOf(tx, effects, { tenantId, userId, reason: 'password_changed', now });
    effects.audit('user.set_password', userId);
  });
}
