import { journalOf } from '@trunkline/calls/journal.ts';
import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import { newId, type TenantId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { journalEntries } from '@trunkline/database/tenant/calls.ts';
import { outbox } from '@trunkline/database/tenant/records.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { inArray } from 'drizzle-orm';

/** Rows of one INSERT: PostgreSQL takes 65,535 values. */
const chunk = 1_000;

/**
 * Makes the journal entries of ended calls out of all their events: one per user, once. What is
 * private was shortened before it comes here (SVC-005).
 */
export async function storeJournal(
  tx: TenantTransaction,
  tenantId: TenantId,
  calls: readonly (readonly EventEnvelope[])[],
): Promise<void> {
  const drafts = calls.flatMap((events) => journalOf(events));
  if (drafts.length === 0) return;
  const known = await tx
    .select({ id: users.id })
    .from(users)
    .where(inArray(users.id, [...new Set(drafts.map((draft) => draft.userId))]));
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
  for (let at = 0; at < values.length; at += chunk)
    await insertEntries(tx, tenantId, values.slice(at, at + chunk));
}

/** Inserts entries that are new, and tells their owners. */
async function insertEntries(
  tx: TenantTransaction,
  tenantId: TenantId,
  values: readonly (typeof journalEntries.$inferInsert)[],
): Promise<void> {
  const made = await tx
    .insert(journalEntries)
    .values([...values])
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
