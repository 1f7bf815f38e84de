import type { RemoteParty } from '@trunkline/contracts/calls.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import { CallLeg } from './call-leg.ts';
import type { CallEnvironment } from './environment.ts';
import { offerProblem } from './leg-media.ts';
import { follow, listenTo, openLegMedia } from './legs.ts';
import { aboutOf, noteRoute, publishOthers } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import type { IncomingLeg, PbxLeg } from './pbx.ts';
import { replaceNear } from './replace-near.ts';

/** No such call, or none of the PBX that asks (RFC 3891 §3). */
const unknownCall = 481;
const busy = 486;
const notAcceptable = 488;
const declined = 603;

/**
 * An INVITE takes the place of a call of ours (RFC 3891): somebody was connected with our user by an
 * attended transfer. It becomes the user's call at once, without ringing; the old leg is ended.
 * @param entry line the INVITE is for; it must be of the group that has the old leg
 */
export function takeOver(
  env: CallEnvironment,
  entry: LineEntry,
  incoming: IncomingLeg,
  o: { replaced: PbxLeg; remote: RemoteParty },
): void {
  const call = env.calls.all().find(({ near }) => near?.port === o.replaced);
  const group = call?.facts.entry.group;
  if (!call || call.tenantId !== entry.tenantId || group?.id !== entry.group.id) {
    incoming.reject(unknownCall);
    return;
  }
  const refuse = (status: number, why: string) => {
    noteRoute(env, call, 'replaces_refused', why);
    incoming.reject(status);
  };
  const early = call.takes('replaced');
  if (call.facts.emergency) refuse(declined, 'an emergency call is not given away');
  else if (!call.media || call.changing || !(early || call.phase === 'talking'))
    refuse(busy, 'no user talks in this call');
  else if (incoming.offer !== null && offerProblem(incoming.offer, group) !== null)
    refuse(notAcceptable, 'no common media');
  else void answerInPlace(env, call, incoming, o.remote);
}

async function answerInPlace(
  env: CallEnvironment,
  call: LiveCall,
  incoming: IncomingLeg,
  remote: RemoteParty,
): Promise<void> {
  const { media, held } = call;
  if (!media) return;
  const leg = new CallLeg({ call, role: 'near', leg: { incoming }, ticket: null });
  listenTo(env, leg, incoming);
  follow(env, leg);
  call.changing = true;
  try {
    const audio = openLegMedia(env, leg, media.place, media.codec ? [media.codec] : []);
    if (held) await audio.hold(true);
    const sdp = incoming.offer === null ? audio.offer() : await audio.answerOffer(incoming.offer);
    if (!call.takes('replaced') && call.phase !== 'talking') {
      incoming.reject(declined);
      return;
    }
    incoming.answer(sdp, { sessionTimerSeconds: call.facts.entry.group.sessionTimerSeconds });
  } catch (error) {
    env.logger.warn({ call: call.id, err: error }, 'a call could not take the place of another');
    incoming.reject(notAcceptable);
    return;
  } finally {
    call.changing = false;
  }
  noteRoute(env, call, 'replaces', 'another call of the PBX takes its place', remote.number);
  env.recorder.record('call.transferred', aboutOf(call), {
    kind: 'attended',
    method: 'refer',
    by: 'remote',
    userId: call.userId,
    target: remote.number ?? remote.display,
    state: 'accepted',
    sipCode: null,
    otherCallId: null,
  });
  replaceNear(env, call, { leg, remote, ending: 'now' });
  // The telephone called does not answer any more: this one did.
  call.input('replaced');
  publishOthers(env, call);
}
