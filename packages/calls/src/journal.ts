import type { EventEnvelope, NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { CallId, UserId } from '@trunkline/contracts/ids.ts';
import type { CallResult, JournalEntry } from '@trunkline/contracts/journal.ts';
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
  rejected: Set<UserId>;
  rang: Rung[];
}

/**
 * Derives the journal of one call from its events, in any order and with repetitions. Nothing
 * before the call has ended: marks and answered-by are set only then (SVC-020). No entries when the
 * line keeps no journal (LIN-009, LIN-023).
 */
export function journalOf(
  events: readonly EventEnvelope[],
  settings: JournalSettings = defaultJournalSettings,
): JournalDraft[] {
  const course = courseOf(events);
  if (!course?.started.journal) return [];
  const marks = new Set(unansweredMarks(outcomeOf(course), settings.unanswered));
  const owners =
    course.started.direction === 'outgoing'
      ? course.started.userIds.slice(0, 1)
      : course.started.userIds;
  return owners.map((userId) => draft(userId, course, settings, marks.has(userId)));
}

function courseOf(events: readonly EventEnvelope[]): Course | undefined {
  const ordered = events.toSorted((a, b) => a.bootEpoch - b.bootEpoch || a.seq - b.seq);
  const start = ordered.find((event) => event.type === 'call.started');
  const end = ordered.find((event) => event.type === 'call.ended');
  if (!start?.call || !end) return undefined;
  const answer = ordered.find((event) => event.type === 'call.answered');
  const rang = new Map<UserId, Rung>();
  // A call that reached the user's line counts as rung there, also when no client was signed in:
  // it is a call the user missed (SVC-011).
  for (const userId of start.data.userIds) {
    const at = Date.parse(start.occurredAt);
    rang.set(userId, { userId, firstRangAt: at, lastRangAt: at });
  }
  for (const event of ordered) {
    if (event.type !== 'call.ringing' || event.data.userId === null) continue;
    const at = Date.parse(event.occurredAt);
    const earlier = rang.get(event.data.userId);
    rang.set(event.data.userId, {
      userId: event.data.userId,
      firstRangAt: earlier?.firstRangAt ?? at,
      lastRangAt: at,
    });
  }
  return {
    callId: start.call,
    started: start.data,
    startedAt: start.occurredAt,
    ended: end.data,
    endedAt: end.occurredAt,
    answered: answer ? { userId: answer.data.userId, at: answer.occurredAt } : null,
    rejected: new Set(
      ordered.flatMap((event) => (event.type === 'call.rejected' ? [event.data.userId] : [])),
    ),
    rang: [...rang.values()],
  };
}

function outcomeOf(course: Course): CallOutcome {
  return {
    rang: course.started.direction === 'incoming' ? course.rang : [],
    answeredBy: course.answered?.userId ?? null,
    pickedUp: false,
    redirectedByUser: false,
  };
}

function resultOf(userId: UserId, course: Course): CallResult {
  const { answered, ended } = course;
  if (course.started.direction === 'incoming') {
    if (answered) return answered.userId === userId ? 'answered' : 'answered_elsewhere';
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
