import type { LineId } from '@trunkline/contracts/ids.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { and, eq } from 'drizzle-orm';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { checkVersion } from '../core/versions.ts';

/** Deletes a line; its users keep their journal. @throws TrunklineError `not_found` */
export async function deleteLine(ctx: Context, lineId: LineId, ifMatch?: string): Promise<void> {
  requireScope(ctx, 'lines:write');
  const tenantId = tenantOf(ctx);
  await changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx
      .select({ version: lines.version })
      .from(lines)
      .where(eq(lines.id, lineId))
      .for('update');
    checkVersion(ifMatch, found(row).version);
    await tx.delete(lines).where(and(eq(lines.tenantId, tenantId), eq(lines.id, lineId)));
    effects.audit('line.delete', lineId);
    effects.publish('directory.changed', {});
    effects.publish('config.changed', {});
  });
}
