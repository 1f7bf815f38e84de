import { type CallHandling, noForwarding } from '@trunkline/contracts/forwarding.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lineCallHandling } from '@trunkline/database/tenant/lines.ts';
import { inArray } from 'drizzle-orm';

/** A line whose user never set anything: calls ring. */
export const noHandling: CallHandling = { doNotDisturb: false, forwarding: noForwarding };

/** What users set for calls on these lines; lines without a setting are not in it. */
export async function readHandling(
  tx: TenantTransaction,
  lineIds: readonly string[],
): Promise<Map<string, CallHandling>> {
  if (lineIds.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(lineCallHandling)
    .where(inArray(lineCallHandling.id, [...lineIds]));
  return new Map(
    rows.map(({ id, doNotDisturb, forwarding }) => [id, { doNotDisturb, forwarding }]),
  );
}
