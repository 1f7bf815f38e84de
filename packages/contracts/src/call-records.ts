import { z } from 'zod';
import { remoteParty } from './calls.ts';
import { idSchema } from './ids.ts';
import { callDirection, callResult } from './journal.ts';
import { callQuality } from './media.ts';
import { pageQuery } from './pages.ts';
import { instant } from './time.ts';

/** A plain-language verdict: a stable code whose texts are in `@trunkline/calls/verdict-texts.ts`. */
export const callVerdict = z
  .object({
    code: z.string().max(60),
    severity: z.enum(['ok', 'notice', 'warning', 'error']),
    /** Values for the text, such as the SIP status or the line number. */
    params: z.record(z.string(), z.string()),
  })
  .meta({ id: 'CallVerdict' });
export type CallVerdict = z.infer<typeof callVerdict>;

/** A call as an admin finds it; private calls have neither number nor name (LIN-010). */
export const callRecord = z
  .object({
    id: idSchema('call'),
    direction: callDirection,
    result: callResult.nullable(),
    lineId: idSchema('line'),
    lineGroupId: idSchema('lineGroup'),
    lineNumber: z.string(),
    users: z.array(z.object({ userId: idSchema('user'), displayName: z.string() })),
    remote: remoteParty.nullable(),
    startedAt: instant,
    answeredAt: instant.nullable(),
    /** null while the call lives. */
    endedAt: instant.nullable(),
    durationMs: z.number().int().min(0),
    endedBy: z.enum(['local', 'remote', 'system']).nullable(),
    cause: z.string().nullable(),
    sipCode: z.number().int().nullable(),
    emergency: z.boolean(),
    private: z.boolean(),
    nodeId: idSchema('mediaNode'),
    /** Mean quality over the call, once it ended. */
    quality: callQuality.nullable(),
    verdict: callVerdict,
  })
  .meta({ id: 'CallRecord' });
export type CallRecord = z.infer<typeof callRecord>;

/** One event of the flight recorder; `type` and `data` as in call-events.ts. */
export const timelineEvent = z
  .object({
    id: idSchema('event'),
    occurredAt: instant,
    /** Milliseconds since the call began. */
    offsetMs: z.number().int(),
    type: z.string(),
    data: z.unknown(),
  })
  .meta({ id: 'TimelineEvent' });
export type TimelineEvent = z.infer<typeof timelineEvent>;

export const callTimeline = z
  .object({ call: callRecord, events: z.array(timelineEvent), truncated: z.boolean() })
  .meta({ id: 'CallTimeline' });
export type CallTimeline = z.infer<typeof callTimeline>;
/** Most events a timeline answers with. */
export const maxTimelineEvents = 2_000;

export const callRecordQuery = pageQuery.extend({
  /** Part of a number, or of a user's or remote name; at least 2 characters. */
  search: z.string().trim().min(2).max(60).optional(),
  lineGroupId: idSchema('lineGroup').optional(),
  lineId: idSchema('line').optional(),
  userId: idSchema('user').optional(),
  direction: callDirection.optional(),
  /** Only calls with this outcome; `problem` = verdict warning or error. */
  outcome: z.enum(['answered', 'unanswered', 'problem', 'live']).optional(),
  from: instant.optional(),
  to: instant.optional(),
});
export type CallRecordQuery = z.infer<typeof callRecordQuery>;
