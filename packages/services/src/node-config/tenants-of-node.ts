import type { LineGroupId, MediaNodeId, TenantId } from '@trunkline/contracts/ids.ts';
import { nodeAssignments } from '@trunkline/database/control/regions.ts';
import { and, eq, isNull } from 'drizzle-orm';
import type { Platform } from '../core/context.ts';
import { guarded } from '../core/failures.ts';

/** Tenants a node serves now or served before: the latter get a withdrawal. */
export async function tenantsOfNode(
  platform: Pick<Platform, 'db'>,
  nodeId: MediaNodeId,
): Promise<TenantId[]> {
  const rows = await guarded(() =>
    platform.db.worker
      .selectDistinct({ tenantId: nodeAssignments.tenantId })
      .from(nodeAssignments)
      .where(eq(nodeAssignments.nodeId, nodeId))
      .orderBy(nodeAssignments.tenantId),
  );
  return rows.map((row) => row.tenantId as TenantId);
}

/** Nodes that have or had a part of this tenant. */
export async function nodesOfTenant(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
): Promise<MediaNodeId[]> {
  const rows = await guarded(() =>
    platform.db.worker
      .selectDistinct({ nodeId: nodeAssignments.nodeId })
      .from(nodeAssignments)
      .where(eq(nodeAssignments.tenantId, tenantId)),
  );
  return rows.map((row) => row.nodeId as MediaNodeId);
}

/** The node that serves a line group now. */
export async function nodeOfGroup(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  lineGroupId: LineGroupId,
): Promise<MediaNodeId | null> {
  const [row] = await guarded(() =>
    platform.db.worker
      .select({ nodeId: nodeAssignments.nodeId })
      .from(nodeAssignments)
      .where(
        and(
          eq(nodeAssignments.tenantId, tenantId),
          eq(nodeAssignments.lineGroupId, lineGroupId),
          isNull(nodeAssignments.releasedAt),
        ),
      ),
  );
  return (row?.nodeId ?? null) as MediaNodeId | null;
}
