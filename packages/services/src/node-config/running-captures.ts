import { maxCaptureBytes } from '@trunkline/contracts/captures.ts';
import type { Id, LineId } from '@trunkline/contracts/ids.ts';
import type { NodeTenantConfig } from '@trunkline/contracts/node-config.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { captures } from '@trunkline/database/tenant/diagnosis.ts';
import { and, eq, gt, isNull } from 'drizzle-orm';

type ConfigCapture = NonNullable<NodeTenantConfig['lineGroups'][number]['capture']>;

/** The running SIP capture of each line group, for the node that writes it (LIN-097). */
export async function runningCaptures(
  tx: TenantTransaction,
  now: Date,
): Promise<Map<string, ConfigCapture>> {
  const rows = await tx
    .select()
    .from(captures)
    .where(and(isNull(captures.stoppedAt), eq(captures.isFull, false), gt(captures.endsAt, now)))
    .orderBy(captures.id);
  return new Map(
    rows.map((row) => [
      row.lineGroupId,
      {
        id: row.id as Id<'capture'>,
        lineIds: row.lineIds as LineId[] | null,
        until: row.endsAt.toISOString(),
        maxBytes: maxCaptureBytes,
      },
    ]),
  );
}
