import { maskPrivateEvent } from '@trunkline/calls/private-event.ts';
import { type CallTimeline, maxTimelineEvents } from '@trunkline/contracts/call-records.ts';
import type { CallId, Id } from '@trunkline/contracts/ids.ts';
import { callEvents, callRecords } from '@trunkline/database/tenant/calls.ts';
import { eq } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { callRecordResources } from './record-resource.ts';

/**
 * One call with everything the flight recorder knows of it. Who reads it is noted in the audit; of
 * private calls neither number nor name is told (LIN-010). @throws TrunklineError `not_found`
 */
export async function getCall(ctx: Context, callId: CallId): Promise<CallTimeline> {
  requireScope(ctx, 'calls:read');
  return changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx.select().from(callRecords).where(eq(callRecords.id, callId));
    const record = found(row);
    const events = await tx
      .select()
      .from(callEvents)
      .where(eq(callEvents.callId, callId))
      .orderBy(callEvents.occurredAt, callEvents.bootEpoch, callEvents.seq)
      .limit(maxTimelineEvents + 1);
    effects.audit('call.read', callId);
    const [call] = await callRecordResources(tx, [record]);
    return {
      call: found(call),
      events: events.slice(0, maxTimelineEvents).map((event) => ({
        id: event.id as Id<'event'>,
        occurredAt: event.occurredAt.toISOString(),
        offsetMs: event.occurredAt.getTime() - record.startedAt.getTime(),
        type: event.type,
        data: record.private ? maskPrivateEvent(event.type, event.data) : event.data,
      })),
      truncated: events.length > maxTimelineEvents,
    };
  });
}
