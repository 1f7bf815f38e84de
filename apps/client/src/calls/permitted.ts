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

/** The other sides of these two own calls can be joined. */
export function mayConnect(one: CallView, other: CallView): boolean {
  const talks = one.state === 'connected' && other.state === 'connected';
  const busy = one.transferring || other.transferring;
  return talks && !busy && may(one, 'attended_transfer') && may(other, 'attended_transfer');
}
