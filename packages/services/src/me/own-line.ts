import type { LineId, UserId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lineAssignments } from '@trunkline/database/tenant/lines.ts';
import { and, eq } from 'drizzle-orm';
import { found } from '../core/not-found.ts';

/** Passes for a line that is bound to the user. @throws TrunklineError `not_found` for any other */
export async function requireOwnLine(
  tx: TenantTransaction,
  userId: UserId,
  lineId: LineId,
): Promise<void> {
  const [row] = await tx
    .select({ id: lineAssignments.id })
    .from(lineAssignments)
    .where(and(eq(lineAssignments.lineId, lineId), eq(lineAssignments.userId, userId)))
    .limit(1);
  found(row);
}
