import type { CallView } from '@trunkline/contracts/calls.ts';
import type { Calls } from '@trunkline/ui/stores/live.ts';
import type { Leg } from './leg.ts';

/** A call window: our media, the service's view of the call, or both. */
export interface ShownCall {
  readonly key: string;
  readonly leg: Leg | null;
  readonly call: CallView | null;
}

/** What is on screen of the calls that do not ring. */
export interface ShownCalls {
  /** In full: what goes on, and what just ended or failed. */
  readonly cards: readonly ShownCall[];
  /** Own calls that wait behind the one in full, in one line each. */
  readonly waiting: readonly ShownCall[];
}

/** Incoming calls that ring here, oldest first, at most three. */
export function ringingCalls(calls: Calls, legs: readonly Leg[]): CallView[] {
  return Object.values(calls)
    .filter(
      (call) =>
        call.direction === 'incoming' &&
        call.state === 'ringing' &&
        call.deviceId === null &&
        !legs.some((leg) => leg.callId === call.id),
    )
    .sort((one, two) => one.startedAt.localeCompare(two.startedAt))
    .slice(0, 3);
}

/** Calls whose media is not in this window: on another device, or in another window. */
export function callsElsewhere(calls: Calls, legs: readonly Leg[]): CallView[] {
  return Object.values(calls).filter(
    (call) =>
      call.state !== 'ended' &&
      call.deviceId !== null &&
      !legs.some((leg) => leg.callId === call.id),
  );
}

/**
 * Windows of the calls with media here and of those that just ended here.
 * @param ours keys of legs by the call they had, so that a window stays the same to its end
 */
export function shownCalls(
  calls: Calls,
  legs: readonly Leg[],
  ours: ReadonlyMap<string, string>,
): ShownCalls {
  const all: ShownCall[] = legs.map((leg) => ({
    key: leg.key,
    leg,
    call: leg.callId === null ? null : (calls[leg.callId] ?? null),
  }));
  const held = all.filter(({ leg, call }) => leg?.phase !== 'failed' && call?.held === true);
  const cards = all.filter((each) => !held.includes(each));
  // When all of them wait, the last one is shown in full.
  const running = cards.some(({ leg }) => leg?.phase !== 'failed');
  const [front] = running ? [] : held.splice(-1);
  if (front) cards.push(front);
  for (const call of Object.values(calls)) {
    const key = ours.get(call.id);
    const over = call.state === 'ended' && call.end?.elsewhere !== true;
    if (key !== undefined && over && !legs.some((leg) => leg.callId === call.id))
      cards.push({ key, leg: null, call });
  }
  return { cards, waiting: held };
}

/** What a call is doing, as a key under `call.state`. */
export function stateKey(leg: Leg | null, call: CallView | null) {
  if (call?.state === 'ended') return 'ended';
  if (leg?.phase === 'microphone' || leg?.phase === 'signalling')
    return leg.how === 'answer'
      ? 'answering'
      : leg.how === 'move'
        ? 'taking'
        : leg.how === 'pickup'
          ? 'fetching'
          : leg.phase;
  if (!call) return leg?.phase === 'live' ? 'signalling' : 'unconfirmed';
  if (call.state === 'ringing' && call.direction === 'incoming') return 'answering';
  if (call.state !== 'connected') return call.state;
  if (call.transferring) return 'transferring';
  return call.held ? 'held' : call.remoteHeld ? 'remoteHeld' : 'connected';
}

/** Causes by which a call breaks off that nobody ended. */
const brokenOff = new Set([
  'node_lost',
  'client_lost',
  'media_failed',
  'media_timeout',
  'media_engine_lost',
  'srtp_refused',
  'no_ack',
  'session_expired',
  'failed',
]);

/** Words for why a call ended, as a key under `call.end`. */
export function endKey({ answeredAt, end }: Pick<CallView, 'answeredAt' | 'end'>) {
  if (end?.cause === 'transferred') return 'transferred';
  if (!end) return 'normal';
  if (answeredAt !== null) return brokenOff.has(end.cause) ? 'lost' : 'normal';
  if (end.elsewhere) return 'elsewhere';
  const code = end.sipCode;
  if (code === 486 || code === 600 || end.cause === 'busy') return 'busy';
  if (code === 480 && end.by === 'remote') return 'unavailable';
  if (code === 408 || code === 480 || end.cause === 'no_answer') return 'no_answer';
  if (code === 603 || code === 403 || end.cause === 'rejected') return 'rejected';
  if (code === 404 || code === 484 || code === 604) return 'unknown_number';
  if (code === 487 || end.cause === 'cancelled' || end.by === 'local') return 'cancelled';
  return end.cause === 'normal' ? 'normal' : 'failed';
}
