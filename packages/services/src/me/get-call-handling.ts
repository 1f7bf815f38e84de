import type { CallHandling } from '@trunkline/contracts/forwarding.ts';
import type { LineId } from '@trunkline/contracts/ids.ts';
import { noHandling, readHandling } from '../call-handling/read-handling.ts';
import { type Context, requireScope, userOf } from '../core/context.ts';
import { readTenant } from '../core/tenant-work.ts';
import { requireOwnLine } from './own-line.ts';

/** What happens to calls on an own line. @throws TrunklineError `not_found` also for others' lines */
export async function getCallHandling(ctx: Context, lineId: LineId): Promise<CallHandling> {
  requireScope(ctx, 'client');
  const { userId } = userOf(ctx);
  return readTenant(ctx, async (tx) => {
    await requireOwnLine(tx, userId, lineId);
    return (await readHandling(tx, [lineId])).get(lineId) ?? noHandling;
  });
}
