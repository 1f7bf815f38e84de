import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import type { TenantId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lineStates, lines } from '@trunkline/database/tenant/lines.ts';
import { eq, sql } from 'drizzle-orm';

/**
 * Keeps the newest state of a line that still exists (LIN-018); an older event changes nothing.
 * @returns true when this was the newest
 */
export async function storeLineState(
  tx: TenantTransaction,
  tenantId: TenantId,
  event: EventEnvelope & { type: 'line.state' },
): Promise<boolean> {
  const { lineId, state } = event.data;
  const [line] = await tx.select({ id: lines.id }).from(lines).where(eq(lines.id, lineId));
  if (!line) return false;
  const values = {
    state: state.state,
    reason: state.reason,
    since: new Date(state.since),
    nextAttemptAt: state.nextAttemptAt === null ? null : new Date(state.nextAttemptAt),
    nodeId: event.node,
    bootEpoch: event.bootEpoch,
    seq: event.seq,
  };
  const taken = await tx
    .insert(lineStates)
    .values({ tenantId, id: lineId, ...values })
    .onConflictDoUpdate({
      target: [lineStates.tenantId, lineStates.id],
      set: values,
      // Positions of different nodes do not compare: the last one to speak is right.
      setWhere: sql`${lineStates.nodeId} <> ${event.node}
        or (${lineStates.bootEpoch}, ${lineStates.seq}) < (${event.bootEpoch}, ${event.seq})`,
    })
    .returning({ id: lineStates.id });
  return taken.length > 0;
}
