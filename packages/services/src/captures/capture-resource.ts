import type { Capture } from '@trunkline/contracts/captures.ts';
import type { Id, LineGroupId, LineId } from '@trunkline/contracts/ids.ts';
import type { captures } from '@trunkline/database/tenant/diagnosis.ts';

export type CaptureRow = typeof captures.$inferSelect;

/** True while a node still writes into the capture. */
export function isRunning(row: CaptureRow, now: Date): boolean {
  return row.stoppedAt === null && !row.isFull && row.endsAt > now;
}

/** A stored capture as the API shows it. */
export function captureResource(row: CaptureRow, now: Date): Capture {
  return {
    id: row.id as Id<'capture'>,
    lineGroupId: row.lineGroupId as LineGroupId,
    lineIds: row.lineIds as LineId[] | null,
    state: isRunning(row, now) ? 'running' : 'stopped',
    startedAt: row.startedAt.toISOString(),
    endsAt: (row.stoppedAt ?? row.endsAt).toISOString(),
    packets: row.packets,
    bytes: row.bytes,
    full: row.isFull,
  };
}
