import type { CallView } from '@trunkline/contracts/calls.ts';
import type { Calls } from '@trunkline/ui/stores/live.ts';
import type { Leg } from './phone.ts';

/** A call window: our media, the service's view of the call, or both. */
export interface ShownCall {
  readonly key: string;
  readonly leg: Leg | null;
  readonly call: CallView | null;
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

/** Call windows: those with media here, those held elsewhere, and our own that just ended. */
export function shownCalls(
  calls: Calls,
  legs: readonly Leg[],
  ours: ReadonlySet<string>,
): ShownCall[] {
  const shown: ShownCall[] = legs.map((leg) => ({
    key: leg.callId ?? leg.key,
    leg,
    call: leg.callId === null ? null : (calls[leg.callId] ?? null),
  }));
  for (const call of Object.values(calls)) {
    if (legs.some((leg) => leg.callId === call.id)) continue;
    const held = call.state !== 'ended' && call.deviceId !== null;
    const justEnded = call.state === 'ended' && ours.has(call.id) && call.end?.elsewhere !== true;
    if (held || justEnded) shown.push({ key: call.id, leg: null, call });
  }
  return shown;
}

/** What a call is doing, as a key under `call.state`. */
export function stateKey(leg: Leg | null, call: CallView | null) {
  if (call?.state === 'ended') return 'ended';
  if (leg?.phase === 'microphone' || leg?.phase === 'signalling')
    return leg.typed === null ? 'answering' : leg.phase;
  if (!call) return leg?.phase === 'live' ? 'signalling' : 'unconfirmed';
  if (call.state === 'ringing' && call.direction === 'incoming') return 'answering';
  return call.state;
}

/** Words for why a call ended, as a key under `call.end`. */
export function endKey({ answeredAt, end }: Pick<CallView, 'answeredAt' | 'end'>) {
  if (!end || answeredAt !== null) return end?.cause === 'node_lost' ? 'lost' : 'normal';
  if (end.elsewhere) return 'elsewhere';
  const code = end.sipCode;
  if (code === 486 || code === 600 || end.cause === 'busy') return 'busy';
  if (code === 408 || code === 480 || end.cause === 'no_answer') return 'no_answer';
  if (code === 603 || code === 403 || end.cause === 'rejected') return 'rejected';
  if (code === 404 || code === 484 || code === 604) return 'unknown_number';
  if (code === 487 || end.cause === 'cancelled' || end.by === 'local') return 'cancelled';
  return end.cause === 'normal' ? 'normal' : 'failed';
}
