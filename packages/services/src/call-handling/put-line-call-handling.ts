import type { CallHandling } from '@trunkline/contracts/forwarding.ts';
import type { LineId } from '@trunkline/contracts/ids.ts';
import { type Context, requireScope } from '../core/context.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { storeHandling } from './store-handling.ts';

/**
 * Sets what happens to calls on a line, in its user's place.
 * @throws TrunklineError `not_found`, `invalid_request`, `function_off`
 */
export async function putLineCallHandling(
  ctx: Context,
  lineId: LineId,
  input: unknown,
): Promise<CallHandling> {
  requireScope(ctx, 'lines:write');
  return changeTenant(ctx, (tx, effects) => storeHandling(ctx, tx, effects, lineId, input));
}
