import { type CallLimits, defaultCallLimits } from '@trunkline/contracts/call-limits.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { callLimits } from '@trunkline/database/tenant/diagnosis.ts';

/** The tenant's toll-fraud floor: its own, else the default (VOX-133). */
export async function readLimits(tx: TenantTransaction): Promise<CallLimits> {
  const [row] = await tx.select({ limits: callLimits.limits }).from(callLimits);
  return row?.limits ?? defaultCallLimits;
}
