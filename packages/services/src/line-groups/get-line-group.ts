import type { LineGroupId } from '@trunkline/contracts/ids.ts';
import type { LineGroup } from '@trunkline/contracts/lines.ts';
import { lineGroups } from '@trunkline/database/tenant/lines.ts';
import { eq } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { readTenant } from '../core/tenant-work.ts';
import { lineGroupResource } from './line-group-resource.ts';

/** Reads one line group. @throws TrunklineError `not_found` */
export async function getLineGroup(ctx: Context, lineGroupId: LineGroupId): Promise<LineGroup> {
  requireScope(ctx, 'lines:read');
  return readTenant(ctx, async (tx) => {
    const [row] = await tx.select().from(lineGroups).where(eq(lineGroups.id, lineGroupId));
    return lineGroupResource(found(row));
  });
}
