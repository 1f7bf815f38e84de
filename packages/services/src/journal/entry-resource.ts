import type { CallId, Id } from '@trunkline/contracts/ids.ts';
import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import type { journalEntries } from '@trunkline/database/tenant/calls.ts';

/** A stored journal entry as the API shows it. */
export function journalEntryResource(row: typeof journalEntries.$inferSelect): JournalEntry {
  return {
    id: row.id as Id<'journalEntry'>,
    callId: row.callId as CallId,
    direction: row.direction,
    result: row.result,
    remoteNumber: row.remoteNumber,
    remoteName: row.remoteName,
    lineNumber: row.lineNumber,
    startedAt: row.startedAt.toISOString(),
    answeredAt: row.answeredAt?.toISOString() ?? null,
    endedAt: row.endedAt.toISOString(),
    durationMs: row.durationMs,
    endedBy: row.endedBy,
    sipCode: row.sipCode,
    cause: row.cause,
    unanswered: row.unanswered,
    seen: row.seen,
    private: row.private,
    note: row.note,
  };
}
