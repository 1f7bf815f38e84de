import type { Id } from '@trunkline/contracts/ids.ts';
import { capturePackets, captures } from '@trunkline/database/tenant/diagnosis.ts';
import { eq } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';

/** What a capture holds, in the order it was on the wire. */
export interface CaptureContent {
  readonly startedAt: Date;
  readonly packets: readonly (typeof capturePackets.$inferSelect)[];
}

/** Reads a capture's messages for a file; who does is noted in the audit. @throws `not_found` */
export async function downloadCapture(
  ctx: Context,
  captureId: Id<'capture'>,
): Promise<CaptureContent> {
  requireScope(ctx, 'calls:read');
  return changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx.select().from(captures).where(eq(captures.id, captureId));
    const { startedAt } = found(row);
    const packets = await tx
      .select()
      .from(capturePackets)
      .where(eq(capturePackets.captureId, captureId))
      .orderBy(capturePackets.at, capturePackets.bootEpoch, capturePackets.seq);
    effects.audit('capture.download', captureId, { packets: packets.length });
    return { startedAt, packets };
  });
}
