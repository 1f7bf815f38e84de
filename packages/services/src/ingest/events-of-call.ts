import { type EventEnvelope, parseEnvelope } from '@trunkline/contracts/call-events.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { callEvents } from '@trunkline/database/tenant/calls.ts';
import { and, eq, ne } from 'drizzle-orm';

/** Events of one call read at most: far more than a call makes, SIP messages left out. */
const maxEvents = 5_000;

/** A stored event as its node sent it. @throws when this version does not know it */
export function envelopeOf(row: typeof callEvents.$inferSelect): EventEnvelope {
  return parseEnvelope({
    id: row.id,
    tenant: row.tenantId,
    call: row.callId,
    node: row.nodeId,
    bootEpoch: row.bootEpoch,
    seq: row.seq,
    occurredAt: row.occurredAt.toISOString(),
    schema: row.schema,
    type: row.type,
    data: row.data,
  });
}

/** What happened in a call, without its SIP messages: journal and record are made of it. */
export async function eventsOfCall(
  tx: TenantTransaction,
  callId: string,
): Promise<EventEnvelope[]> {
  const rows = await tx
    .select()
    .from(callEvents)
    .where(and(eq(callEvents.callId, callId), ne(callEvents.type, 'sip.message')))
    .orderBy(callEvents.occurredAt)
    .limit(maxEvents);
  return rows.map(envelopeOf);
}
