import type { LineId } from '@trunkline/contracts/ids.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { and, eq } from 'drizzle-orm';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { checkVersion } from '../core/versions.ts';
import { releaseRegisterLine } from '../line-groups/register-line.ts';
import { lockLine } from './lock-line.ts';

/**
 * Deletes a line; its users keep their journal.
 * @throws TrunklineError `not_found`, `still_in_use` for the one that registers a trunk of several
 */
export async function deleteLine(ctx: Context, lineId: LineId, ifMatch?: string): Promise<void> {
  requireScope(ctx, 'lines:write');
  const tenantId = tenantOf(ctx);
  await changeTenant(ctx, async (tx, effects) => {
    const { group, line } = await lockLine(tx, lineId);
    checkVersion(ifMatch, line.version);
    await releaseRegisterLine(tx, tenantId, group, lineId);
    await tx.delete(lines).where(and(eq(lines.tenantId, tenantId), eq(lines.id, lineId)));
    effects.audit('line.delete', lineId);
    effects.publish('directory.changed', {});
    effects.publish('config.changed', {});
  });
}
