import type { CallHandling } from '@trunkline/contracts/forwarding.ts';
import type { LineId } from '@trunkline/contracts/ids.ts';
import { storeHandling } from '../call-handling/store-handling.ts';
import { type Context, requireScope, userOf } from '../core/context.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { requireOwnLine } from './own-line.ts';

/**
 * Sets do not disturb and forwarding of an own line (LIN-062, LIN-063).
 * @throws TrunklineError `not_found` also for others' lines, `invalid_request`, `function_off`
 */
export async function putCallHandling(
  ctx: Context,
  lineId: LineId,
  input: unknown,
): Promise<CallHandling> {
  requireScope(ctx, 'client');
  const { userId } = userOf(ctx);
  return changeTenant(ctx, async (tx, effects) => {
    await requireOwnLine(tx, userId, lineId);
    return storeHandling(ctx, tx, effects, lineId, input);
  });
}
