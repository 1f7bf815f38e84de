import type { MediaNodeId, TenantId } from '@trunkline/contracts/ids.ts';
import type { Database } from '@trunkline/database/connect.ts';
import { sql } from 'drizzle-orm';
import { guarded } from '../core/failures.ts';

/**
 * Whether a media node may speak for a tenant: it serves one of the tenant's line groups, or did
 * so within the last 30 days (the life of a node's spool).
 */
export async function nodeServes(
  router: Database,
  nodeId: MediaNodeId,
  tenantId: TenantId,
): Promise<boolean> {
  const [row] = await guarded(() =>
    router.execute<{ serves: boolean }>(
      sql`select control.node_serves(${nodeId}, ${tenantId}) as serves`,
    ),
  );
  return row?.serves === true;
}
