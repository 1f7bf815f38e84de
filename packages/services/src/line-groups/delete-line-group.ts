import type { LineGroupId } from '@trunkline/contracts/ids.ts';
import { lineGroups } from '@trunkline/database/tenant/lines.ts';
import { and, eq, sql } from 'drizzle-orm';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { checkVersion } from '../core/versions.ts';
import { claimPeers } from './claim-peers.ts';

/** Deletes a line group without lines. @throws TrunklineError `not_found`, `still_in_use` */
export async function deleteLineGroup(
  ctx: Context,
  lineGroupId: LineGroupId,
  ifMatch?: string,
): Promise<void> {
  requireScope(ctx, 'lines:write');
  const tenantId = tenantOf(ctx);
  await changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx
      .select({ version: lineGroups.version })
      .from(lineGroups)
      .where(eq(lineGroups.id, lineGroupId))
      .for('update');
    checkVersion(ifMatch, found(row).version);
    await tx
      .delete(lineGroups)
      .where(and(eq(lineGroups.tenantId, tenantId), eq(lineGroups.id, lineGroupId)));
    await claimPeers(tx, { id: lineGroupId, kind: 'registration', peerAddresses: [] });
    await tx.execute(sql`select control.release_node(${lineGroupId})`);
    effects.audit('line_group.delete', lineGroupId);
    effects.publish('config.changed', {});
  });
}
