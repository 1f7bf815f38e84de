import type { LineId } from '@trunkline/contracts/ids.ts';
import type { Line } from '@trunkline/contracts/lines.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { eq } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { readTenant } from '../core/tenant-work.ts';
import { lineResource } from './line-resource.ts';

/** Reads one line with its state (LIN-018). @throws TrunklineError `not_found` */
export async function getLine(ctx: Context, lineId: LineId): Promise<Line> {
  requireScope(ctx, 'lines:read');
  return readTenant(ctx, async (tx) => {
    const [row] = await tx.select().from(lines).where(eq(lines.id, lineId));
    return lineResource(tx, found(row));
  });
}
