import type { SetPresence } from '@trunkline/contracts/presence.ts';
import { presenceManual } from '@trunkline/database/tenant/presence.ts';
import { eq } from 'drizzle-orm';
import { type Context, requireScope, userOf } from '../core/context.ts';
import { readTenant } from '../core/tenant-work.ts';

/** The state the signed-in user set by hand, if it still holds. */
export async function getManual(ctx: Context): Promise<SetPresence | null> {
  requireScope(ctx, 'client');
  const { userId } = userOf(ctx);
  return readTenant(ctx, async (tx) => {
    const [row] = await tx.select().from(presenceManual).where(eq(presenceManual.id, userId));
    if (!row?.state || (row.until && row.until <= ctx.clock.now())) return null;
    return { state: row.state, note: row.note, until: row.until?.toISOString() ?? null };
  });
}
