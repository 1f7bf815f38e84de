import { journalOf } from '@trunkline/calls/journal.ts';
import { type EventEnvelope, parseEnvelope } from '@trunkline/contracts/call-events.ts';
import { type CallId, type Id, newId, type TenantId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { callEvents, journalEntries } from '@trunkline/database/tenant/calls.ts';
import { outbox } from '@trunkline/database/tenant/records.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { and, eq, inArray, ne } from 'drizzle-orm';

/** Events of one call read at most: far more than a call makes, SIP messages left out. */
const maxEvents = 5_000;

/**
 * Makes the journal entries of an ended call out of all its events: one per user, once. What is
 * private was shortened before it comes here (SVC-005).
 */
export async function storeJournal(
  tx: TenantTransaction,
  tenantId: TenantId,
  callId: CallId,
): Promise<void> {
  const drafts = journalOf(await eventsOf(tx, tenantId, callId));
  if (drafts.length === 0) return;
  const known = await tx
    .select({ id: users.id })
    .from(users)
    .where(
      inArray(
        users.id,
        drafts.map((draft) => draft.userId),
      ),
    );
  const existing = new Set(known.map((row) => row.id));
  const values = drafts
    .filter((draft) => existing.has(draft.userId))
    .map(({ answeredBy: _, ...draft }) => ({
      tenantId,
      id: newId('journalEntry'),
      ...draft,
      startedAt: new Date(draft.startedAt),
      answeredAt: draft.answeredAt === null ? null : new Date(draft.answeredAt),
      endedAt: new Date(draft.endedAt),
    }));
  if (values.length === 0) return;
  const made = await tx
    .insert(journalEntries)
    .values(values)
    .onConflictDoNothing()
    .returning({ id: journalEntries.id, userId: journalEntries.userId });
  if (made.length === 0) return;
  await tx.insert(outbox).values(
    made.map(({ id, userId }) => ({
      tenantId,
      id: newId('outbox'),
      topic: 'journal.changed',
      payload: { entryId: id, userId },
    })),
  );
}

async function eventsOf(
  tx: TenantTransaction,
  tenantId: TenantId,
  callId: CallId,
): Promise<EventEnvelope[]> {
  const rows = await tx
    .select()
    .from(callEvents)
    .where(and(eq(callEvents.callId, callId), ne(callEvents.type, 'sip.message')))
    .orderBy(callEvents.occurredAt)
    .limit(maxEvents);
  return rows.map((row) =>
    parseEnvelope({
      id: row.id as Id<'event'>,
      tenant: tenantId,
      call: callId,
      node: row.nodeId,
      bootEpoch: row.bootEpoch,
      seq: row.seq,
      occurredAt: row.occurredAt.toISOString(),
      schema: row.schema,
      type: row.type,
      data: row.data,
    }),
  );
}
