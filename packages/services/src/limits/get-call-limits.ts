import type { CallLimits } from '@trunkline/contracts/call-limits.ts';
import { type Context, requireScope } from '../core/context.ts';
import { readTenant } from '../core/tenant-work.ts';
import { readLimits } from './read-limits.ts';

/** The tenant's toll-fraud floor (VOX-133). */
export async function getCallLimits(ctx: Context): Promise<CallLimits> {
  requireScope(ctx, 'calls:read');
  return readTenant(ctx, readLimits);
}
