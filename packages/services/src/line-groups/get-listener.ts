import type { LineGroupId } from '@trunkline/contracts/ids.ts';
import { type GroupListener, nodeListeners } from '@trunkline/contracts/listeners.ts';
import { lineGroups } from '@trunkline/database/tenant/lines.ts';
import { eq, sql } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { readTenant } from '../core/tenant-work.ts';

/**
 * Our side of a line group: what its PBX and firewall need to know of the media node that serves it
 * (LIN-046, LIN-077, LIN-078).
 * @throws TrunklineError `not_found`
 */
export async function getListener(ctx: Context, lineGroupId: LineGroupId): Promise<GroupListener> {
  requireScope(ctx, 'lines:read');
  const { group, told } = await readTenant(ctx, async (tx) => {
    const [row] = await tx
      .select({ kind: lineGroups.kind, transport: lineGroups.transport })
      .from(lineGroups)
      .where(eq(lineGroups.id, lineGroupId));
    const [listeners] = await tx.execute<{ told: unknown }>(
      sql`select control.listeners_of_group(${lineGroupId}) as told`,
    );
    return { group: found(row), told: nodeListeners.safeParse(listeners?.told).data };
  });
  const own = told?.listeners.find(({ transport }) => transport === group.transport);
  return {
    ...group,
    mode: group.kind === 'trunk_static' ? 'static' : 'register',
    address: own?.address ?? null,
    port: own?.port ?? null,
    media: told?.media ?? null,
    certificate: (group.transport === 'tls' && told?.certificate) || null,
  };
}
