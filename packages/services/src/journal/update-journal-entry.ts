import type { Id } from '@trunkline/contracts/ids.ts';
import { type JournalEntry, updateJournalEntry as schema } from '@trunkline/contracts/journal.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { journalEntries } from '@trunkline/database/tenant/calls.ts';
import { and, eq } from 'drizzle-orm';
import { given } from '../core/changes.ts';
import { type Context, requireScope, userOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { journalEntryResource } from './entry-resource.ts';

/**
 * Changes the note or the seen mark of an own entry; the user's other devices are told.
 * @throws TrunklineError `not_found` also for entries of other users and tenants
 */
export async function updateJournalEntry(
  ctx: Context,
  entryId: Id<'journalEntry'>,
  input: unknown,
): Promise<JournalEntry> {
  requireScope(ctx, 'client');
  const { userId } = userOf(ctx);
  const wanted = parse(schema, input);
  return changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx
      .update(journalEntries)
      .set({ ...given(wanted), updatedAt: ctx.clock.now() })
      .where(and(eq(journalEntries.id, entryId), eq(journalEntries.userId, userId)))
      .returning();
    const changed = found(row);
    effects.publish('journal.changed', { entryId, userId });
    return journalEntryResource(changed);
  });
}
