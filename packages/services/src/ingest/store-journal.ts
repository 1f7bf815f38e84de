import { journalOf } from '@trunkline/calls/journal.ts';
import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import { newId, type TenantId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { journalEntries } from '@trunkline/database/tenant/calls.ts';
import { outbox } from '@trunkline/database/tenant/records.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { inArray } from 'drizzle-orm';

/**
 * Makes the journal entries of an ended call out of all its events: one per user, once. What is
 * private was shortened before it comes here (SVC-005).
 */
export async function storeJournal(
  tx: TenantTransaction,
  tenantId: TenantId,
  events: readonly EventEnvelope[],
): Promise<void> {
  const drafts = journalOf(events);
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
