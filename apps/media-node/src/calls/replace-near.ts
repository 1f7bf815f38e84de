import type { RemoteParty } from '@trunkline/contracts/calls.ts';
import type { CallLeg } from './call-leg.ts';
import type { CallEnvironment } from './environment.ts';
import { aboutOf, publish } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { completedElsewhere } from './pbx.ts';

/** How long the PBX may take to end the call it has sent away; then we do. */
const oldLegMs = 3000;

/**
 * Another leg to the PBX takes the place of the one a user talks over. Its audio lives at the same
 * place of the engine, so that the browser notices nothing.
 * @param ending whether the old leg is ended by us at once, or by the PBX (RFC 3515 §2.4.5)
 */
export function replaceNear(
  env: CallEnvironment,
  call: LiveCall,
  o: { leg: CallLeg; remote: RemoteParty; ending: 'now' | 'awaited' },
): void {
  const { leg } = o;
  const before = call.near;
  call.timers.clear('silentPbx');
  call.near = leg;
  if (call.far === leg) call.far = null;
  leg.role = 'near';
  call.remote = o.remote;
  env.records.replaceNear(call.id);
  env.trace.reassign(leg.port.sipCallId, aboutOf(call), aboutOf(call), 'rtp');
  if (before) leaveLeg(env, call, before, o.ending);
  publish(env, call);
}

/** Another leg takes the place of one of two that this node has joined; the other one stays. */
export function replaceJoined(
  env: CallEnvironment,
  call: LiveCall,
  before: CallLeg,
  leg: CallLeg,
): void {
  const near = before.role === 'near';
  call.timers.clear(near ? 'silentPbx' : 'silentFar');
  if (near) call.near = leg;
  else call.far = leg;
  leaveLeg(env, call, before, 'now');
}

function leaveLeg(
  env: CallEnvironment,
  call: LiveCall,
  leg: CallLeg,
  ending: 'now' | 'awaited',
): void {
  leg.media?.leave();
  if (leg.ticket !== null) env.toll.ended(call.tenantId, leg.ticket);
  env.trace.release(leg.port.sipCallId, aboutOf(call));
  if (!leg.answered) {
    leg.cancel(completedElsewhere);
    return;
  }
  if (ending === 'now') {
    leg.bye(completedElsewhere);
    return;
  }
  // Sent on once more before the PBX has ended the leg before.
  call.old?.bye();
  call.old = leg;
  call.timers.set('oldLeg', oldLegMs, () => {
    call.old = null;
    leg.bye();
  });
}
