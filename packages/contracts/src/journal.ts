import { z } from 'zod';
import { idSchema } from './ids.ts';
import { pageQuery } from './pages.ts';
import { instant } from './time.ts';

export const callDirection = z.enum(['incoming', 'outgoing']);
/** How a call ended for the owner of the entry. */
export const callResult = z.enum([
  'answered',
  'missed',
  'rejected',
  'answered_elsewhere',
  'cancelled',
  'busy',
  'no_answer',
  'failed',
]);
export type CallResult = z.infer<typeof callResult>;

export const journalEntry = z
  .object({
    id: idSchema('journalEntry'),
    callId: idSchema('call'),
    direction: callDirection,
    result: callResult,
    /** Supercanonical (E.164 with +) where possible; null when withheld or private. */
    remoteNumber: z.string().nullable(),
    remoteName: z.string().nullable(),
    lineNumber: z.string(),
    startedAt: instant,
    answeredAt: instant.nullable(),
    endedAt: instant,
    /** Talk time in milliseconds, from a monotonic clock; 0 if never answered. */
    durationMs: z.number().int().min(0),
    endedBy: z.enum(['local', 'remote', 'system']),
    /** SIP status that ended or refused the call, if any. */
    sipCode: z.number().int().nullable(),
    cause: z.string(),
    /** Unanswered mark (SVC-015 … SVC-020). */
    unanswered: z.boolean(),
    seen: z.boolean(),
    private: z.boolean(),
    note: z.string(),
  })
  .meta({ id: 'JournalEntry' });
export type JournalEntry = z.infer<typeof journalEntry>;

export const journalQuery = pageQuery.extend({
  filter: z.enum(['all', 'missed', 'incoming', 'outgoing']).default('all'),
});
export type JournalQuery = z.infer<typeof journalQuery>;

export const updateJournalEntry = z
  .strictObject({ note: z.string().max(2000).optional(), seen: z.boolean().optional() })
  .meta({ id: 'UpdateJournalEntry' });
