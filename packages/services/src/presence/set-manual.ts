import { parse } from '@trunkline/contracts/parse.ts';
import { type SetPresence, setPresence } from '@trunkline/contracts/presence.ts';
import { presenceManual } from '@trunkline/database/tenant/presence.ts';
import { eq } from 'drizzle-orm';
import { type Context, requireScope, tenantOf, userOf } from '../core/context.ts';
import { changeTenant } from '../core/tenant-work.ts';

/**
 * Keeps or takes back the state the signed-in user set by hand. Nothing of it goes to audit or
 * outbox: the hub that asks tells everybody itself.
 */
export async function setManual(ctx: Context, input: unknown): Promise<SetPresence | null> {
  requireScope(ctx, 'client');
  const { userId } = userOf(ctx);
  const wanted = parse(setPresence, input);
  const until = wanted.until === null ? null : new Date(wanted.until);
  const holds = wanted.state !== null && (until === null || until > ctx.clock.now());
  return changeTenant(ctx, async (tx) => {
    if (!holds) {
      await tx.delete(presenceManual).where(eq(presenceManual.id, userId));
      return null;
    }
    const values = {
      state: wanted.state,
      note: wanted.note,
      until,
      updatedAt: ctx.clock.now(),
    };
    await tx
      .insert(presenceManual)
      .values({ tenantId: tenantOf(ctx), id: userId, ...values })
      .onConflictDoUpdate({
        target: [presenceManual.tenantId, presenceManual.id],
        set: values,
      });
    return wanted;
  });
}
