import type { CallFunction } from '@trunkline/contracts/call-functions.ts';
import type { CallView } from '@trunkline/contracts/calls.ts';

/** What the service allows with this call now; it refuses everything else (LIN-026). */
export function may(call: CallView, name: CallFunction): boolean {
  return call.functions.includes(name);
}

/** Handing over at once, or after asking: at least one of the two ways. */
export function mayTransfer(call: CallView): boolean {
  return may(call, 'blind_transfer') || mayConsult(call);
}

/** A second call to somebody while this one waits. */
export function mayConsult(call: CallView): boolean {
  return may(call, 'consult');
}

/**
 * The other side of a call that waits can be joined with the running one: with whom we talk, or
 * whose telephone still rings, so that nobody has to wait for the answer.
 */
export function mayConnect(front: CallView, waiting: CallView): boolean {
  const busy = front.transferring || waiting.transferring;
  if (busy || waiting.state !== 'connected' || !may(waiting, 'attended_transfer')) return false;
  if (front.state === 'connected') return may(front, 'attended_transfer');
  return front.state === 'ringing' && front.direction === 'outgoing' && !front.emergency;
}
