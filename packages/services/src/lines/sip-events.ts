import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { CallId, Id, LineId } from '@trunkline/contracts/ids.ts';
import { type LineSipEvent, sipWatchMinutes } from '@trunkline/contracts/sip-events.ts';
import { callEvents, callRecords } from '@trunkline/database/tenant/calls.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { and, eq, gte, inArray, or, sql } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant, readTenant } from '../core/tenant-work.ts';

/** Messages of one look at most; the next look goes on after them. */
const perLook = 200;

/** A line somebody watches, and how far the watcher has read. */
export interface SipWatch {
  readonly lineId: LineId;
  readonly since: Date;
  readonly until: Date;
  /** Position of the last message read. */
  readonly bootEpoch: number;
  readonly seq: number;
}

/**
 * Begins to watch the SIP messages of a line: its node tells REGISTER and OPTIONS too until the watch
 * ends by itself (LIN-021). Noted in the audit. @throws TrunklineError `not_found`
 */
export async function watchLine(ctx: Context, lineId: LineId): Promise<SipWatch> {
  requireScope(ctx, 'calls:read');
  const since = ctx.clock.now();
  const until = new Date(since.getTime() + sipWatchMinutes * 60_000);
  await changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx
      .select({ lineGroupId: lines.lineGroupId })
      .from(lines)
      .where(eq(lines.id, lineId));
    const { lineGroupId } = found(row);
    effects.audit('line.watch_sip', lineId, { until: until.toISOString() });
    effects.publish('line.watch', { lineId, lineGroupId, until: until.toISOString() });
  });
  return { lineId, since, until, bootEpoch: 0, seq: 0 };
}

/** What came since the last look, oldest first; nothing of private calls (LIN-010). */
export async function readSipEvents(
  ctx: Context,
  watch: SipWatch,
): Promise<{ events: LineSipEvent[]; watch: SipWatch }> {
  requireScope(ctx, 'calls:read');
  const rows = await readTenant(ctx, (tx) =>
    tx
      .select()
      .from(callEvents)
      .where(
        and(
          inArray(callEvents.type, ['sip.message', 'line.sip']),
          gte(callEvents.occurredAt, watch.since),
          sql`(${callEvents.bootEpoch}, ${callEvents.seq}) > (${watch.bootEpoch}::bigint, ${watch.seq}::bigint)`,
          or(
            and(
              eq(callEvents.type, 'line.sip'),
              sql`${callEvents.data} ->> 'lineId' = ${watch.lineId}`,
            ),
            inArray(
              callEvents.callId,
              tx
                .select({ id: callRecords.id })
                .from(callRecords)
                .where(and(eq(callRecords.lineId, watch.lineId), eq(callRecords.private, false))),
            ),
          ),
        ),
      )
      .orderBy(callEvents.bootEpoch, callEvents.seq)
      .limit(perLook),
  );
  const last = rows.at(-1);
  return {
    events: rows.map(eventOf),
    watch: last ? { ...watch, bootEpoch: last.bootEpoch, seq: last.seq } : watch,
  };
}

function eventOf(row: typeof callEvents.$inferSelect): LineSipEvent {
  // Stored as the schema of the event's type; `text` is of `line.sip` alone.
  const data = row.data as NodeEventData<'sip.message'> & { text?: string };
  const { direction, startLine, cseq, peer, text = null } = data;
  return {
    id: row.id as Id<'event'>,
    at: row.occurredAt.toISOString(),
    callId: row.callId as CallId | null,
    ...{ direction, startLine, cseq, peer, text },
  };
}
