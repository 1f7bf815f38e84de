import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { isId } from '@trunkline/contracts/ids.ts';
import {
  type JournalEntry,
  type JournalQuery,
  journalQuery,
} from '@trunkline/contracts/journal.ts';
import type { Page } from '@trunkline/contracts/pages.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { instant } from '@trunkline/contracts/time.ts';
import { journalEntries } from '@trunkline/database/tenant/calls.ts';
import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import { type Context, requireScope, userOf } from '../core/context.ts';
import { decodeCursor, pageFrom } from '../core/cursor.ts';
import { readTenant } from '../core/tenant-work.ts';
import { journalEntryResource } from './entry-resource.ts';

const filters: Readonly<Record<JournalQuery['filter'], SQL | undefined>> = {
  all: undefined,
  missed: eq(journalEntries.unanswered, true),
  incoming: eq(journalEntries.direction, 'incoming'),
  outgoing: eq(journalEntries.direction, 'outgoing'),
};

/** Where a page ended. @throws TrunklineError `invalid_request` */
function position(cursor: string): { time: string; id: string } {
  const [time = '', id = ''] = decodeCursor(cursor, 2);
  if (!instant.safeParse(time).success || !isId('journalEntry', id))
    throw new TrunklineError('invalid_request', {
      errors: [{ pointer: '/cursor', message: 'not a cursor of this list' }],
    });
  return { time, id };
}

/** Lists the signed-in user's own calls, newest first. */
export async function listJournal(ctx: Context, input: unknown): Promise<Page<JournalEntry>> {
  requireScope(ctx, 'client');
  const { userId } = userOf(ctx);
  const { cursor, limit, filter } = parse(journalQuery, input);
  const before = cursor ? position(cursor) : undefined;
  return readTenant(ctx, async (tx) => {
    const rows = await tx
      .select()
      .from(journalEntries)
      .where(
        and(
          eq(journalEntries.userId, userId),
          filters[filter],
          before &&
            sql`(${journalEntries.startedAt}, ${journalEntries.id}) < (${before.time}::timestamptz, ${before.id})`,
        ),
      )
      .orderBy(desc(journalEntries.startedAt), desc(journalEntries.id))
      .limit(limit + 1);
    return pageFrom(
      rows,
      limit,
      (row) => [row.startedAt.toISOString(), row.id],
      journalEntryResource,
    );
  });
}
