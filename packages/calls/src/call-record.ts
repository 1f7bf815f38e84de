import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import type { CallRecord } from '@trunkline/contracts/call-records.ts';
import type { UserId } from '@trunkline/contracts/ids.ts';
import type { CallResult } from '@trunkline/contracts/journal.ts';
import type { CallQuality } from '@trunkline/contracts/media.ts';
import { inOrder } from './in-order.ts';
import { verdictOf } from './verdict.ts';

/** A call record before it is stored: users by id, and what it can be found by. */
export interface CallRecordDraft extends Omit<CallRecord, 'users'> {
  readonly userIds: readonly UserId[];
  /** Digits of all numbers and the other side's name in lower case; empty for private calls. */
  readonly searchText: string;
}

/**
 * Derives the record of one call from all its events, in any order and with repetitions: the same
 * events always give the same record. A private call has neither number nor name (LIN-010).
 * @returns undefined before the call's start is known
 */
export function callRecordOf(events: readonly EventEnvelope[]): CallRecordDraft | undefined {
  const ordered = inOrder(events);
  const start = ordered.find((event) => event.type === 'call.started');
  if (!start?.call) return undefined;
  const { data } = start;
  const end = ordered.find((event) => event.type === 'call.ended');
  const answer = ordered.find(
    (event) => event.type === 'call.answered' || event.type === 'call.picked_up',
  );
  const users = [...data.userIds, ...(answer ? [answer.data.userId] : [])];
  return {
    id: start.call,
    direction: data.direction,
    result: end ? resultOf(ordered, answer !== undefined, end.data.cause) : null,
    lineId: data.lineId,
    lineGroupId: data.lineGroupId,
    lineNumber: data.lineNumber,
    userIds: [...new Set(users)],
    remote: data.private ? null : data.remote,
    startedAt: start.occurredAt,
    answeredAt: answer?.occurredAt ?? null,
    endedAt: end?.occurredAt ?? null,
    durationMs: end?.data.durationMs ?? 0,
    endedBy: end?.data.by ?? null,
    cause: end?.data.cause ?? null,
    sipCode: end?.data.sipCode ?? null,
    emergency: data.emergency,
    private: data.private,
    nodeId: start.node,
    quality: end ? qualityOf(ordered) : null,
    verdict: verdictOf(ordered),
    searchText: data.private ? '' : searchTextOf(data),
  };
}

function resultOf(ordered: readonly EventEnvelope[], answered: boolean, cause: string): CallResult {
  const incoming = ordered.some(
    (event) => event.type === 'call.started' && event.data.direction === 'incoming',
  );
  if (answered) return 'answered';
  if (incoming) {
    const gone = ordered.some(
      (event) => event.type === 'call.forwarded' && event.data.state === 'accepted',
    );
    if (gone || cause === 'answered_elsewhere') return 'answered_elsewhere';
    return ordered.some((event) => event.type === 'call.rejected') ? 'rejected' : 'missed';
  }
  switch (cause) {
    case 'busy':
    case 'rejected':
    case 'no_answer':
    case 'cancelled':
      return cause;
    default:
      return 'failed';
  }
}

/** The figures told at the end of the call, by side; null when none were. */
function qualityOf(ordered: readonly EventEnvelope[]): CallQuality | null {
  const last = (side: 'webrtc' | 'rtp') =>
    ordered.findLast(
      (event) => event.type === 'call.quality' && event.data.side === side && event.data.final,
    );
  const [client, pbx] = [last('webrtc'), last('rtp')];
  if (!client && !pbx) return null;
  return {
    client: client?.type === 'call.quality' ? client.data.quality : null,
    pbx: pbx?.type === 'call.quality' ? pbx.data.quality : null,
  };
}

function searchTextOf(data: (EventEnvelope & { type: 'call.started' })['data']): string {
  const digits = [
    data.remote.number,
    data.localNumber,
    data.lineNumber,
    data.dialled?.typed,
    data.dialled?.sent,
  ].map((number) => (number ?? '').replace(/[^0-9]/g, ''));
  const names = data.remote.name === null ? [] : [data.remote.name.toLowerCase().slice(0, 200)];
  return [...new Set([...digits, ...names])].filter((part) => part !== '').join(' ');
}
