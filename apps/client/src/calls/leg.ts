import type { CallView } from '@trunkline/contracts/calls.ts';
import type { ErrorCode } from '@trunkline/contracts/errors.ts';
import type { Calls } from '@trunkline/ui/stores/live.ts';
import type { PathState } from './peer.ts';
import type { Quality } from './quality.ts';

export type MicrophoneProblem = 'denied' | 'missing' | 'busy';

/** An audio device that went away during the call, and what is used now; null is nothing. */
export interface DeviceChange {
  readonly kind: 'microphone' | 'speaker';
  readonly now: string | null;
}

/** A call whose media is in this window. */
export interface Leg {
  /** Made here, stays the same from the click to the end. */
  readonly key: string;
  readonly how: 'dial' | 'answer' | 'pickup' | 'move' | 'feature';
  /** Known once the service took the call. */
  readonly callId: string | null;
  /** What was dialled; null unless this window dialled a number. */
  readonly typed: string | null;
  /** Who or what it is about until the service says: a colleague, a feature code. */
  readonly label: string | null;
  readonly emergency: boolean;
  readonly phase: 'microphone' | 'signalling' | 'live' | 'failed';
  readonly microphone: MicrophoneProblem | null;
  readonly error: ErrorCode | null;
  readonly muted: boolean;
  readonly path: PathState;
  readonly quality: Quality | null;
  /** Nothing has been received for two seconds of a connected call nobody holds. */
  readonly silent: boolean;
  /** The browser holds back sound until somebody clicks. */
  readonly blocked: boolean;
  readonly device: DeviceChange | null;
}

export const freshLeg: Omit<Leg, 'key' | 'how'> = {
  callId: null,
  typed: null,
  label: null,
  emergency: false,
  phase: 'microphone',
  microphone: null,
  error: null,
  muted: false,
  path: 'connecting',
  quality: null,
  silent: false,
  blocked: false,
  device: null,
};

/** Numbers that are dialled whatever else goes on; the media node decides for itself as well. */
const emergencyNumbers = new Set(['110', '112', '0110', '0112']);
export function looksLikeEmergency(number: string): boolean {
  return emergencyNumbers.has(number.replace(/\s/g, ''));
}

export function callOf(leg: Leg, calls: Calls): CallView | undefined {
  return leg.callId === null ? undefined : calls[leg.callId];
}

/** Whether the other side of this call can wait while something else is done. */
export function canWait(call: CallView | undefined): boolean {
  return call?.state === 'connected' && (call.held || call.functions.includes('hold'));
}

/**
 * What a new call would mean: `free` nothing else goes on, `second` the running call is held
 * meanwhile, `barred` the running call cannot be held.
 */
export type Dialling = 'free' | 'second' | 'barred';
export function diallingOf(legs: readonly Leg[], calls: Calls): Dialling {
  const running = legs.filter((leg) => leg.phase !== 'failed');
  if (running.length === 0) return 'free';
  return running.every((leg) => leg.phase === 'live' && canWait(callOf(leg, calls)))
    ? 'second'
    : 'barred';
}
