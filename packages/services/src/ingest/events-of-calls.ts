import { type EventEnvelope, parseEnvelope } from '@trunkline/contracts/call-events.ts';
import type { TenantId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { sql } from 'drizzle-orm';

/** Events of one call read at most: far more than a call makes, SIP messages left out. */
const maxEvents = 5_000;

interface Row extends Record<string, unknown> {
  id: string;
  call_id: string;
  node_id: string;
  boot_epoch: string;
  seq: string;
  occurred_at: string;
  schema: number;
  type: string;
  data: unknown;
}

/**
 * What happened in these calls, without their SIP messages: journal and records are made of it. One
 * query for all of them, bounded for each.
 */
export async function eventsOfCalls(
  tx: TenantTransaction,
  tenantId: TenantId,
  callIds: readonly string[],
): Promise<Map<string, EventEnvelope[]>> {
  if (callIds.length === 0) return new Map();
  const ids = sql.join(
    callIds.map((id) => sql`${id}`),
    sql`, `,
  );
  const rows = await tx.execute<Row>(sql`
    select e.* from unnest(array[${ids}]::text[]) as wanted (id)
    cross join lateral (
      select id, call_id, node_id, boot_epoch, seq, occurred_at, schema, type, data
      from tenant.call_events
      where tenant_id = ${tenantId} and call_id = wanted.id and type <> 'sip.message'
      order by occurred_at limit ${maxEvents}
    ) e`);
  return Map.groupBy(
    rows.map((row) => envelopeOf(row, tenantId)),
    (event) => event.call ?? '',
  );
}

const envelopeOf = (row: Row, tenantId: TenantId): EventEnvelope =>
  parseEnvelope({
    id: row.id,
    tenant: tenantId,
    call: row.call_id,
    node: row.node_id,
    bootEpoch: Number(row.boot_epoch),
    seq: Number(row.seq),
    occurredAt: new Date(row.occurred_at).toISOString(),
    schema: row.schema,
    type: row.type,
    data: row.data,
  });
