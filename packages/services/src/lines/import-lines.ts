import type { LineGroupId } from '@trunkline/contracts/ids.ts';
import type { LineImportResult } from '@trunkline/contracts/lines.ts';
import { type ControlContext, requireScope } from '../core/context.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { lockGroup } from '../line-groups/register-line.ts';
import { addLines } from './add-lines.ts';
import { readLinesCsv } from './csv.ts';

/**
 * Adds the lines of a CSV file to a group and says row by row what became of them (LIN-058,
 * LIN-059). Never changes and never deletes a line.
 * @throws TrunklineError `not_found`, `file_unreadable`, `payload_too_large`
 */
export async function importLines(
  ctx: ControlContext,
  lineGroupId: LineGroupId,
  file: Uint8Array,
): Promise<LineImportResult> {
  requireScope(ctx, 'lines:write');
  const wanted = readLinesCsv(file);
  return changeTenant(ctx, async (tx, effects) => {
    const group = await lockGroup(tx, lineGroupId);
    const result = await addLines(ctx, tx, effects, group, wanted);
    const { rows: _, ...counts } = result;
    effects.audit('line.import', group.id, counts);
    return result;
  });
}
