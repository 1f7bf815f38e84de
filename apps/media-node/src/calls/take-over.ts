import type { RemoteParty } from '@trunkline/contracts/calls.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import { CallLeg } from './call-leg.ts';
import type { CallEnvironment } from './environment.ts';
import { type LegMedia, type MediaPlace, offerProblem } from './leg-media.ts';
import { follow, listenTo, openLegMedia, passHold } from './legs.ts';
import { aboutOf, noteRoute, publishOthers } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import type { IncomingLeg, PbxLeg } from './pbx.ts';
import { replaceJoined, replaceNear } from './replace-near.ts';

/** No such call, or none of the PBX that asks (RFC 3891 §3). */
const unknownCall = 481;
const busy = 486;
const notAcceptable = 488;
const declined = 603;

/** The audio a new leg takes over. */
interface Spot {
  place: MediaPlace;
  /** What the other side speaks. */
  codec: LegMedia['codec'];
  /** Does to the new leg's audio what was done to the old one's. */
  prepare(audio: LegMedia): unknown;
}

/**
 * An INVITE takes the place of a call of ours (RFC 3891): somebody was connected with our user, or with
 * whom our user was joined with, by an attended transfer. It stands at once, without ringing; the old
 * leg is ended. While a leg is being transferred or forwarded itself it cannot be had (486): the PBX
 * keeps its call and may ask again.
 * @param entry line the INVITE is for; it must be of the group that has the old leg
 */
export function takeOver(
  env: CallEnvironment,
  entry: LineEntry,
  incoming: IncomingLeg,
  o: { replaced: PbxLeg; remote: RemoteParty },
): void {
  const call = env.calls
    .all()
    .find(({ near, far }) => near?.port === o.replaced || far?.port === o.replaced);
  const before = [call?.near, call?.far].find((leg) => leg?.port === o.replaced);
  const group = before?.entry.group;
  if (!call || !before || call.tenantId !== entry.tenantId || group?.id !== entry.group.id) {
    incoming.reject(unknownCall);
    return;
  }
  const refuse = (status: number, why: string) => {
    noteRoute(env, call, 'replaces_refused', why);
    incoming.reject(status);
  };
  const spot = spotOf(call, before);
  if (call.facts.emergency) refuse(declined, 'an emergency call is not given away');
  else if (!spot) refuse(busy, 'nobody talks over this leg now');
  else if (incoming.offer !== null && offerProblem(incoming.offer, group) !== null)
    refuse(notAcceptable, 'no common media');
  else void answerInPlace(env, call, incoming, { before, spot, remote: o.remote });
}

/** Where a leg's audio lives that another one may take over now; null when none may. */
function spotOf(call: LiveCall, before: CallLeg): Spot | null {
  if (call.changing) return null;
  const { media, relay, held } = call;
  if (call.phase === 'joined') {
    const other = before.role === 'near' ? call.far : call.near;
    if (!relay || !other?.media) return null;
    const theirs = other.media;
    return {
      place: before.role === 'near' ? relay.near : relay.far,
      codec: theirs.codec,
      prepare: (audio) => audio.carryHold(theirs.holding),
    };
  }
  const early = call.takes('replaced');
  if (!media || before.role !== 'near' || !(early || call.phase === 'talking')) return null;
  return {
    place: media.place,
    codec: media.codec,
    prepare: (audio) => (held ? audio.hold(true) : undefined),
  };
}

async function answerInPlace(
  env: CallEnvironment,
  call: LiveCall,
  incoming: IncomingLeg,
  o: { before: CallLeg; spot: Spot; remote: RemoteParty },
): Promise<void> {
  const { before, spot, remote } = o;
  const { role, entry } = before;
  const leg = new CallLeg({ call, role, entry, leg: { incoming }, ticket: null });
  const joined = call.phase === 'joined';
  listenTo(env, leg, incoming);
  follow(env, leg);
  call.changing = true;
  try {
    const audio = openLegMedia(env, leg, spot.place, spot.codec ? [spot.codec] : []);
    await spot.prepare(audio);
    const sdp = incoming.offer === null ? audio.offer() : await audio.answerOffer(incoming.offer);
    if (!(joined ? call.phase === 'joined' : spotStands(call))) {
      incoming.reject(declined);
      return;
    }
    incoming.answer(sdp, { sessionTimerSeconds: entry.group.sessionTimerSeconds });
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
  if (joined) {
    replaceJoined(env, call, before, leg);
    passHold(env, leg);
    return;
  }
  replaceNear(env, call, { leg, remote, ending: 'now' });
  // The telephone called does not answer any more: this one did.
  call.input('replaced');
  publishOthers(env, call);
}

function spotStands(call: LiveCall): boolean {
  return call.takes('replaced') || call.phase === 'talking';
}
