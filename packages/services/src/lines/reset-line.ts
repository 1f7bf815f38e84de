import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { LineId } from '@trunkline/contracts/ids.ts';
import type { Line } from '@trunkline/contracts/lines.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { eq } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { lineResource } from './line-resource.ts';

/**
 * Asks the media node to register the line afresh; running calls survive (LIN-020).
 * @throws TrunklineError `not_found`, `illegal_transition` for a line that is not used
 */
export async function resetLine(ctx: Context, lineId: LineId): Promise<Line> {
  requireScope(ctx, 'lines:write');
  return changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx.select().from(lines).where(eq(lines.id, lineId));
    const line = found(row);
    if (!line.useLine)
      throw new TrunklineError('illegal_transition', { detail: 'the line is not in use' });
    effects.audit('line.reset', lineId);
    effects.publish('line.reset', { lineId, lineGroupId: line.lineGroupId });
    return lineResource(tx, line);
  });
}
