import type { Id, TenantId, UserId } from '@trunkline/contracts/ids.ts';
import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { journalEntries } from '@trunkline/database/tenant/calls.ts';
import { eq } from 'drizzle-orm';
import type { Platform } from '../core/context.ts';
import { guarded } from '../core/failures.ts';
import { journalEntryResource } from './entry-resource.ts';

/** The entry behind a notice, with its owner; null when it is gone meanwhile. */
export async function readEntryForNotice(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  entryId: Id<'journalEntry'>,
): Promise<{ userId: UserId; entry: JournalEntry } | null> {
  const [row] = await guarded(() =>
    withTenant(platform.db.worker, tenantId, (tx) =>
      tx.select().from(journalEntries).where(eq(journalEntries.id, entryId)),
    ),
  );
  return row ? { userId: row.userId as UserId, entry: journalEntryResource(row) } : null;
}
