import type { LineId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { eq } from 'drizzle-orm';
import { found } from '../core/not-found.ts';
import type { LineGroupRow } from '../line-groups/line-group-resource.ts';
import { lockGroup } from '../line-groups/register-line.ts';
import type { LineRow } from './line-resource.ts';

/**
 * Locks a line's group and then the line: always in this order, as changes of a group lock it
 * before its lines. @throws TrunklineError `not_found`
 */
export async function lockLine(
  tx: TenantTransaction,
  lineId: LineId,
): Promise<{ group: LineGroupRow; line: LineRow }> {
  const [where] = await tx
    .select({ lineGroupId: lines.lineGroupId })
    .from(lines)
    .where(eq(lines.id, lineId));
  const group = await lockGroup(tx, found(where).lineGroupId);
  const [line] = await tx.select().from(lines).where(eq(lines.id, lineId)).for('update');
  return { group, line: found(line) };
}
