import type { EventEnvelope, NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { CallId, UserId } from '@trunkline/contracts/ids.ts';
import type { CallResult, JournalEntry } from '@trunkline/contracts/journal.ts';
import { inOrder } from './in-order.ts';
import { type PrivateCallMode, storedParty } from './private.ts';
import {
  type CallOutcome,
  type Rung,
  type UnansweredRules,
  unansweredMarks,
} from './unanswered.ts';

/** A journal entry before it has an id: one per user who took part. */
export interface JournalDraft extends Omit<JournalEntry, 'id' | 'seen' | 'note'> {
  readonly userId: UserId;
  /** Who answered, written only when the call has ended (SVC-014). */
  readonly answeredBy: UserId | null;
}

export interface JournalSettings {
  readonly unanswered: UnansweredRules;
  readonly privateCalls: PrivateCallMode;
}

/** What a tenant has that never chose otherwise. */
export const defaultJournalSettings: JournalSettings = {
  unanswered: { unansweredFor: 'all', answeredElsewhereFor: 'none' },
  privateCalls: 'normal',
};

interface Course {
  callId: CallId;
  started: NodeEventData<'call.started'>;
  startedAt: string;
  ended: NodeEventData<'call.ended'>;
  endedAt: string;
  answered: { userId: UserId; at: string } | null;
  /** Taken by somebody it did not ring at (SVC-019). */
  pickedUp: boolean;
  /** Went to a target that took it; `user` = sent there by hand with the client. */
  forwarded: NodeEventData<'call.forwarded'> | null;
  rejected: Set<UserId>;
  rang: Rung[];
}

/**
 * Derives the journal of one call from its events, in any order and with repetitions. Nothing
 * before the call has ended: marks and answered-by are set only then (SVC-020). No entries when the
 * line keeps no journal (LIN-009, LIN-023). Who picked a call up has an entry of its own.
 */
export function journalOf(
  events: readonly EventEnvelope[],
  settings: JournalSettings = defaultJournalSettings,
): JournalDraft[] {
  const course = courseOf(events);
  if (!course?.started.journal) return [];
  const marks = new Set(unansweredMarks(outcomeOf(course), settings.unanswered));
  const { direction, userIds } = course.started;
  const owners =
    direction === 'outgoing'
      ? userIds.slice(0, 1)
      : [
          ...new Set([
            ...userIds,
            // Those a forwarding list rang.
            ...course.rang.map(({ userId }) => userId as UserId),
            ...(course.answered ? [course.answered.userId] : []),
          ]),
        ];
  return owners.map((userId) => draft(userId, course, settings, marks.has(userId)));
}

function courseOf(events: readonly EventEnvelope[]): Course | undefined {
  const ordered = inOrder(events);
  const start = ordered.find((event) => event.type === 'call.started');
  const answer = ordered.find((event) => event.type === 'call.answered');
  const end = endOf(ordered, answer?.occurredAt);
  if (!start?.call || !end) return undefined;
  const pickup = ordered.find((event) => event.type === 'call.picked_up');
  const taker = answer ?? pickup;
  return {
    callId: start.call,
    started: start.data,
    startedAt: start.occurredAt,
    ended: end.data,
    endedAt: end.at,
    answered: taker ? { userId: taker.data.userId, at: taker.occurredAt } : null,
    pickedUp: pickup !== undefined,
    forwarded: forwardOf(ordered),
    rejected: new Set(
      ordered.flatMap((event) => (event.type === 'call.rejected' ? [event.data.userId] : [])),
    ),
    rang: rungOf(ordered, start),
  };
}

/**
 * How the call ended for its users: by a transfer, though its two sides may talk on, else with the
 * call itself.
 */
function endOf(
  ordered: readonly EventEnvelope[],
  answeredAt: string | undefined,
): { data: NodeEventData<'call.ended'>; at: string } | undefined {
  for (const event of ordered) {
    if (event.type !== 'call.transferred' || event.data.state !== 'accepted') continue;
    // Only the other end changed: the user talked on.
    if (event.data.by === 'remote') continue;
    const talkMs = answeredAt ? Date.parse(event.occurredAt) - Date.parse(answeredAt) : 0;
    const data = { by: 'local', cause: 'transferred', sipCode: null, text: '' } as const;
    return { data: { ...data, durationMs: Math.max(0, talkMs) }, at: event.occurredAt };
  }
  const end = ordered.find((event) => event.type === 'call.ended');
  return end && { data: end.data, at: end.occurredAt };
}

/** The last forwarding that was accepted. */
function forwardOf(ordered: readonly EventEnvelope[]): Course['forwarded'] {
  const accepted = ordered.flatMap((event) =>
    event.type === 'call.forwarded' && event.data.state === 'accepted' ? [event.data] : [],
  );
  return accepted.at(-1) ?? null;
}

/** Forwardings that take a call away before a phone rings. */
const withoutRinging = new Set(['always', 'busy', 'signed_out', 'mailbox']);

function rungOf(
  ordered: readonly EventEnvelope[],
  start: EventEnvelope & { type: 'call.started' },
): Rung[] {
  const rang = new Map<UserId, Rung>();
  // A call that reached the user's line counts as rung there, also when no client was signed in:
  // it is a call the user missed (SVC-011). Not so when it went on at once.
  const wentOn = ordered.some(
    (event) =>
      event.type === 'call.forwarded' &&
      event.data.state === 'accepted' &&
      withoutRinging.has(event.data.reason),
  );
  const at = Date.parse(start.occurredAt);
  if (!wentOn)
    for (const userId of start.data.userIds)
      rang.set(userId, { userId, firstRangAt: at, lastRangAt: at });
  for (const event of ordered) {
    if (event.type !== 'call.ringing' || event.data.userId === null) continue;
    const time = Date.parse(event.occurredAt);
    const earlier = rang.get(event.data.userId);
    rang.set(event.data.userId, {
      userId: event.data.userId,
      firstRangAt: earlier?.firstRangAt ?? time,
      lastRangAt: time,
    });
  }
  return [...rang.values()];
}

function outcomeOf(course: Course): CallOutcome {
  const { started, answered, forwarded } = course;
  return {
    rang: started.direction === 'incoming' ? course.rang : [],
    answeredBy: answered?.userId ?? (forwarded ? 'other' : null),
    pickedUp: course.pickedUp,
    redirectedByUser: forwarded?.reason === 'user',
  };
}

function resultOf(userId: UserId, course: Course): CallResult {
  const { answered, ended } = course;
  if (course.started.direction === 'incoming') {
    if (answered) return answered.userId === userId ? 'answered' : 'answered_elsewhere';
    if (course.forwarded) return 'answered_elsewhere';
    return course.rejected.has(userId) ? 'rejected' : 'missed';
  }
  if (answered) return 'answered';
  switch (ended.cause) {
    case 'busy':
    case 'rejected':
    case 'no_answer':
    case 'cancelled':
      return ended.cause;
    default:
      return 'failed';
  }
}

function draft(
  userId: UserId,
  course: Course,
  settings: JournalSettings,
  unanswered: boolean,
): JournalDraft {
  const { started, ended, answered } = course;
  const own = answered?.userId === userId;
  const party = storedParty(started.remote, started.private, settings.privateCalls);
  return {
    userId,
    callId: course.callId,
    direction: started.direction,
    result: resultOf(userId, course),
    remoteNumber: party.number,
    remoteName: party.name,
    lineNumber: started.lineNumber,
    startedAt: course.startedAt,
    answeredAt: own ? answered.at : null,
    endedAt: course.endedAt,
    durationMs: own ? ended.durationMs : 0,
    endedBy: ended.by,
    sipCode: ended.sipCode,
    cause: ended.cause,
    unanswered,
    private: started.private,
    answeredBy: answered?.userId ?? null,
  };
}
