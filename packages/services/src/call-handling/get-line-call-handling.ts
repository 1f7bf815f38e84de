import type { CallHandling } from '@trunkline/contracts/forwarding.ts';
import type { LineId } from '@trunkline/contracts/ids.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { eq } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { readTenant } from '../core/tenant-work.ts';
import { noHandling, readHandling } from './read-handling.ts';

/** What happens to calls on a line, for its admin. @throws TrunklineError `not_found` */
export async function getLineCallHandling(ctx: Context, lineId: LineId): Promise<CallHandling> {
  requireScope(ctx, 'lines:read');
  return readTenant(ctx, async (tx) => {
    const [line] = await tx.select({ id: lines.id }).from(lines).where(eq(lines.id, lineId));
    return (await readHandling(tx, [found(line).id])).get(lineId) ?? noHandling;
  });
}
