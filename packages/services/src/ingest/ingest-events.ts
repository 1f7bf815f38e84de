import { type EventEnvelope, parseEnvelope } from '@trunkline/contracts/call-events.ts';
import { type MediaNodeId, newId, type TenantId } from '@trunkline/contracts/ids.ts';
import { controlAudit } from '@trunkline/database/control/keys.ts';
import { type TenantTransaction, withTenant } from '@trunkline/database/tenancy.ts';
import { callEvents } from '@trunkline/database/tenant/calls.ts';
import { sql } from 'drizzle-orm';
import type { Platform } from '../core/context.ts';
import { guarded } from '../core/failures.ts';
import { eventsOfCalls } from './events-of-calls.ts';
import { alertOfEnd, alertOfLimit, alertOfLineState } from './store-alerts.ts';
import { storeCallRecords } from './store-call-records.ts';
import { storeJournal } from './store-journal.ts';
import { storeLineState } from './store-line-state.ts';
import { storePackets } from './store-packets.ts';

export interface IngestResult {
  /** Events stored now; repeated ones are not among them. */
  readonly stored: number;
  /** Events of tenants this node does not serve, or that are no events: dropped and noted. */
  readonly refused: number;
}

/**
 * Stores what a media node reports. Idempotent: an event of the same node, boot epoch and sequence
 * number is stored once. Journal entries, call records, line states, alerts and captured packets are
 * made in the same transaction. When this returns, all of it is committed and may be acknowledged.
 *
 * An event that cannot be taken (not well-formed, or of a tenant the node does not serve) is
 * dropped and noted in the audit: it must not hold up the node's spool for ever.
 */
export async function ingestEvents(
  platform: Pick<Platform, 'db' | 'log'>,
  nodeId: MediaNodeId,
  input: readonly unknown[],
): Promise<IngestResult> {
  const events: EventEnvelope[] = [];
  let refused = 0;
  for (const item of input) {
    const event = readEvent(platform, nodeId, item);
    if (event) events.push(event);
    else refused += 1;
  }
  const byTenant = Map.groupBy(events, (event) => event.tenant);
  let stored = 0;
  for (const [tenantId, list] of byTenant) {
    if (await serves(platform, nodeId, tenantId))
      stored += await storeTenantEvents(platform, tenantId, list);
    else {
      refused += list.length;
      await noteRefusal(platform, nodeId, tenantId, list.length);
    }
  }
  return { stored, refused };
}

function readEvent(
  platform: Pick<Platform, 'log'>,
  nodeId: MediaNodeId,
  item: unknown,
): EventEnvelope | null {
  try {
    const event = parseEnvelope(storable(item));
    if (event.node === nodeId) return event;
    platform.log.warn({ node: nodeId, event: event.id }, 'event names another node: dropped');
  } catch (error) {
    platform.log.warn({ err: error, node: nodeId }, 'event is not well-formed: dropped');
  }
  return null;
}

/**
 * What the far end put into a text (a reason phrase, a name) may be no text for the database: U+0000
 * or half a surrogate pair. It must not cost the event, or whoever calls could stay out of the journal.
 */
function storable(item: unknown): unknown {
  if (typeof item === 'string') return item.toWellFormed().replaceAll('\0', '\uFFFD');
  if (Array.isArray(item)) return item.map(storable);
  if (typeof item !== 'object' || item === null) return item;
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, storable(value)]));
}

async function serves(
  platform: Pick<Platform, 'db'>,
  nodeId: MediaNodeId,
  tenantId: TenantId,
): Promise<boolean> {
  const [row] = await guarded(() =>
    platform.db.worker.execute<{ serves: boolean }>(
      sql`select control.node_serves(${nodeId}, ${tenantId}) as serves`,
    ),
  );
  return row?.serves === true;
}

async function noteRefusal(
  platform: Pick<Platform, 'db' | 'log'>,
  nodeId: MediaNodeId,
  tenantId: TenantId,
  count: number,
): Promise<void> {
  platform.log.warn(
    { node: nodeId, tenant: tenantId, count },
    'node reported events of a tenant it does not serve: dropped',
  );
  await guarded(() =>
    platform.db.operator.insert(controlAudit).values({
      id: newId('audit'),
      actorKind: 'node',
      actorId: nodeId,
      tenantId,
      action: 'node.events_refused',
      targetId: nodeId,
      changes: { count },
    }),
  );
}

function storeTenantEvents(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  events: readonly EventEnvelope[],
): Promise<number> {
  const packets = events.filter((event) => event.type === 'capture.packet');
  const others = events.filter((event) => event.type !== 'capture.packet');
  return guarded(() =>
    withTenant(platform.db.worker, tenantId, async (tx) => {
      const stored = await storePackets(tx, tenantId, packets);
      if (others.length === 0) return stored;
      const ids = await insertEvents(tx, tenantId, others);
      const fresh = others.filter((event) => ids.has(event.id));
      for (const event of fresh) await storeFacts(tx, tenantId, event);
      await storeCalls(tx, tenantId, fresh);
      return stored + fresh.length;
    }),
  );
}

/** What an event says beside the call it belongs to. */
async function storeFacts(
  tx: TenantTransaction,
  tenantId: TenantId,
  event: EventEnvelope,
): Promise<void> {
  if (event.type === 'limit.hit') await alertOfLimit(tx, tenantId, event);
  if (event.type === 'line.state' && (await storeLineState(tx, tenantId, event)))
    await alertOfLineState(tx, tenantId, event);
}

/** Events that change neither journal nor record of their call. */
const withoutTrace: ReadonlySet<EventEnvelope['type']> = new Set(['sip.message', 'call.dtmf']);

/** Makes journal and records of the calls that these new events belong to. */
async function storeCalls(
  tx: TenantTransaction,
  tenantId: TenantId,
  fresh: readonly EventEnvelope[],
): Promise<void> {
  const told = fresh.filter((event) => event.call !== null && !withoutTrace.has(event.type));
  if (told.length === 0) return;
  // Who stores the rest of a call at this moment must be seen, or see us.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`calls ${tenantId}`}, 0))`);
  const callIds = [...new Set(told.flatMap((event) => event.call ?? []))];
  const calls = await eventsOfCalls(tx, tenantId, callIds);
  await storeCallRecords(tx, tenantId, [...calls.values()]);
  await storeJournal(tx, tenantId, [...calls.values()]);
  for (const event of told) {
    if (event.type !== 'call.ended') continue;
    const start = calls.get(event.call ?? '')?.find((one) => one.type === 'call.started');
    await alertOfEnd(tx, tenantId, event, start?.data.lineGroupId ?? null);
  }
}

async function insertEvents(
  tx: TenantTransaction,
  tenantId: TenantId,
  events: readonly EventEnvelope[],
): Promise<Set<string>> {
  const rows = await tx
    .insert(callEvents)
    .values(
      events.map((event) => ({
        tenantId,
        id: event.id,
        callId: event.call,
        nodeId: event.node,
        bootEpoch: event.bootEpoch,
        seq: event.seq,
        occurredAt: new Date(event.occurredAt),
        schema: event.schema,
        type: event.type,
        data: event.data,
      })),
    )
    .onConflictDoNothing()
    .returning({ id: callEvents.id });
  return new Set(rows.map((row) => row.id));
}
