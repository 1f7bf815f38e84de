import type { CallMediaResult, RemoteParty } from '@trunkline/contracts/calls.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { type DeviceId, newId, type UserId } from '@trunkline/contracts/ids.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import { stationsOf } from '../routing/chain.ts';
import { partyOf } from '../routing/remote-party.ts';
import { attachEffects } from './effects.ts';
import type { CallEnvironment } from './environment.ts';
import { holdOthers } from './hold.ts';
import { offerProblem } from './leg-media.ts';
import { follow, openLegMedia, takeLeg } from './legs.ts';
import {
  aboutOf,
  awaitBrowser,
  ended,
  noteRoute,
  noteStarted,
  publish,
  publishTo,
} from './lifecycle.ts';
import { mayStart } from './limits.ts';
import { LiveCall } from './live-call.ts';
import { CallMedia } from './media.ts';
import type { IncomingLeg } from './pbx.ts';
import { type RejectVariant, reactionToReject } from './reject.ts';
import { RingCourse } from './ring-course.ts';

const statusWhenFull = 486;
const statusOfLoop = 482;
const statusOfMedia = 488;
/** Stations a call may have passed before it comes here (VOX-131). */
const maxStations = 10;

const courses = new WeakMap<LiveCall, RingCourse>();

/** Takes an INVITE for a line: rings its users' devices, forwards, or answers as the group is set. */
export function receiveCall(
  env: CallEnvironment,
  entry: LineEntry,
  leg: IncomingLeg,
  remote: RemoteParty,
): LiveCall | undefined {
  const call = new LiveCall(
    {
      id: newId('call'),
      direction: 'incoming',
      entry,
      users: entry.line.userIds,
      remote,
      emergency: false,
    },
    'offering',
    env.time,
  );
  if (!mayStart(env.calls.all(), call, env.limits)) {
    env.logger.warn({ tenant: entry.tenantId, line: entry.line.id }, 'too many calls');
    leg.reject(statusWhenFull);
    return undefined;
  }
  const stations = stationsBefore(env, call, leg);
  call.chain.push(...stations, entry.number);
  const tenant = env.tenants.get(entry.tenantId);
  const [first] = stations;
  if (tenant && first !== undefined) call.diverted = partyOf(tenant, entry.location, first);
  env.calls.add(call);
  attachEffects(env, call);
  const course = new RingCourse(env, call);
  courses.set(call, course);
  call.timers.set('ring', env.bounds.ringMs, () => course.ringTimeout());
  const near = takeLeg(env, call, leg);
  noteStarted(env, call, null, stations);
  follow(env, near);
  noteRoute(env, call, 'line', 'called line', entry.number);
  // The INVITE may have been cancelled already.
  if (call.phase !== 'offering') return call;
  if (stations.includes(entry.number) || stations.length >= maxStations) {
    noteRoute(env, call, 'loop', stations.join(' → '), entry.number);
    call.input('nobodyRefuse', ended('system', 'loop', 'forwarded in a circle', statusOfLoop));
    return call;
  }
  const problem = leg.offer === null ? null : offerProblem(leg.offer, entry.group);
  if (problem !== null) {
    const crypto = problem === 'encryption-required' || problem === 'no-common-crypto';
    call.input(
      'nobodyRefuse',
      ended('system', crypto ? 'srtp_refused' : 'media_failed', problem, statusOfMedia),
    );
    return call;
  }
  course.begin();
  return call;
}

/**
 * Where the call was before: as the PBX tells, else as this node knows, when the call is one it has
 * just forwarded here itself over a PBX that tells nothing.
 */
function stationsBefore(env: CallEnvironment, call: LiveCall, leg: IncomingLeg): string[] {
  const { entry, remote } = call.facts;
  const told = stationsOf(leg.history, entry.location);
  if (told.length > 0 || remote.number === null) return told;
  const source = env.calls
    .all()
    .find(
      (other) =>
        other.phase === 'forwarding' &&
        other.tenantId === entry.tenantId &&
        other.facts.remote.number === remote.number &&
        other.chain.at(-1) === entry.number,
    );
  return source ? source.chain.slice(0, -1) : [];
}

/**
 * A device takes the call.
 * @param o.pickedUp the user was not called; whose devices rang
 * @throws TrunklineError `call_state` when it is taken already, `media_failed`
 */
export async function answerCall(
  env: CallEnvironment,
  call: LiveCall,
  o: {
    userId: UserId;
    deviceId: DeviceId;
    sdp: string;
    pickedUp?: { entry: LineEntry; from: UserId[] };
  },
): Promise<CallMediaResult> {
  const { near } = call;
  if (!near?.incoming || !call.input('userAnswers')) throw new TrunklineError('call_state');
  const leg = near.incoming;
  if (o.pickedUp) call.addUser(o.userId, o.pickedUp.entry, null);
  // Whose it is from here on: who answers may hang up before the media stands.
  call.userId = o.userId;
  call.deviceId = o.deviceId;
  holdOthers(env, call, o.userId);
  const { group } = call.facts.entry;
  try {
    const { media, answerSdp } = await CallMedia.open(env, call.id, o.sdp, group.clientCodecs);
    if (!stillAnswering(call)) {
      media.close();
      throw new TrunklineError('call_gone');
    }
    call.media = media;
    const audio = openLegMedia(env, near, media.place, media.codec ? [media.codec] : []);
    const sdp = leg.offer === null ? audio.offer() : await audio.answerOffer(leg.offer);
    if (!stillAnswering(call)) throw new TrunklineError('call_gone');
    leg.answer(sdp, { sessionTimerSeconds: group.sessionTimerSeconds });
    if (o.pickedUp)
      env.recorder.record('call.picked_up', aboutOf(call), {
        userId: o.userId,
        from: o.pickedUp.from,
      });
    awaitBrowser(env, call);
    partOthers(env, call, o.userId, o.pickedUp ? 'picked_up' : 'answered_elsewhere');
    publish(env, call);
    return { callId: call.id, sdp: answerSdp };
  } catch (error) {
    if (error instanceof TrunklineError) throw error;
    env.logger.warn({ tenant: call.tenantId, call: call.id, err: error }, 'answering failed');
    call.media?.close();
    call.media = null;
    near.media = null;
    if (stillAnswering(call)) {
      call.userId = null;
      call.deviceId = null;
      if (o.pickedUp)
        call.parted.set(o.userId, {
          by: 'system',
          cause: 'media_failed',
          sipCode: null,
          elsewhere: false,
        });
    }
    call.input('answerFailed');
    throw new TrunklineError('media_failed', { cause: error });
  }
}

function stillAnswering(call: LiveCall): boolean {
  return call.phase === 'answering';
}

/** The call is over for everybody but the one who took it. */
function partOthers(env: CallEnvironment, call: LiveCall, holder: UserId, cause: string): void {
  for (const userId of call.users) {
    if (userId === holder) continue;
    call.parted.set(userId, { by: 'local', cause, sipCode: null, elsewhere: true });
    publishTo(env, call, userId);
  }
}

/** A user rejects. The PBX hears of it when nobody else's devices ring any more (LIN-064). */
export function rejectCall(
  env: CallEnvironment,
  call: LiveCall,
  o: { userId: UserId; variant: RejectVariant },
): void {
  const course = courses.get(call);
  if (!course || !call.takes('rejected')) {
    if (!course || call.phase !== 'unattended') throw new TrunklineError('call_state');
  }
  const reaction = reactionToReject(call.entryOf(o.userId).group.rejectResponse, o.variant);
  const others = course.ringingBut(o.userId);
  const told = others.length === 0 && !reaction.keepRinging ? reaction.status : null;
  env.recorder.record('call.rejected', aboutOf(call), {
    userId: o.userId,
    variant: o.variant,
    sipCode: told,
  });
  if (told !== null) {
    call.input(
      call.phase === 'unattended' ? 'nobodyRefuse' : 'rejected',
      ended('local', 'rejected', '', told),
    );
    return;
  }
  call.parted.set(o.userId, { by: 'local', cause: 'rejected', sipCode: null, elsewhere: false });
  publishTo(env, call, o.userId);
  if (others.length === 0) course.keepRinging();
}

/**
 * A user sends the ringing call to another number (LIN-067).
 * @throws TrunklineError `forward_failed`, `number_invalid`, what the limits say, `call_state`
 */
export function redirectCall(call: LiveCall, userId: UserId, number: string): void {
  const course = courses.get(call);
  if (!course || !call.takes('forwardTried')) throw new TrunklineError('call_state');
  course.redirect(userId, number);
}
