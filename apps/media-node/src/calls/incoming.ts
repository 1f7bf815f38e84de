import type { CallMediaResult, RemoteParty } from '@trunkline/contracts/calls.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { type DeviceId, newId, type UserId } from '@trunkline/contracts/ids.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import type { CallEnd } from './causes.ts';
import type { CallEnvironment } from './environment.ts';
import {
  aboutOf,
  awaitBrowser,
  finish,
  noteAnswered,
  noteStarted,
  publish,
  publishTo,
} from './lifecycle.ts';
import { mayStart } from './limits.ts';
import { LiveCall } from './live-call.ts';
import { CallMedia } from './media.ts';
import type { IncomingLeg } from './pbx.ts';
import { type RejectVariant, reactionToReject, reactionWhenNobody } from './reject.ts';

const statusWhenFull = 486;
const statusWhenNobodyAnswers = 480;
const statusWhenHungUp = 486;
const statusWhenStopping = 503;

/** What an incoming call needs beyond `LiveCall`: its PBX leg and whose devices ring. */
interface Ringing {
  leg: IncomingLeg;
  /** Devices that ring, by user; missing while the edge has not said. */
  devices: Map<UserId, number>;
}
const ringing = new WeakMap<LiveCall, Ringing>();

/** Takes an INVITE for a line: rings its users' devices, or answers as the group is set. */
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
  env.calls.add(call);
  const state: Ringing = { leg, devices: new Map() };
  ringing.set(call, state);
  noteStarted(env, call, { sipCallId: leg.sipCallId, localTag: null }, null);
  attachEffects(env, call, leg);
  call.timers.set('ring', env.bounds.ringMs, () => ringTimeout(call));
  leg.handle({
    cancelled: ({ elsewhere }) =>
      call.input('pbxCancelled', {
        by: 'remote',
        cause: elsewhere ? 'answered_elsewhere' : 'cancelled',
        sipCode: 487,
        text: '',
      }),
    confirmed: ({ sdp, dialog }) => {
      if (call.phase === 'answering') env.records.confirm(call.id, dialog);
      if (sdp !== null && call.phase === 'answering') applyAnswer(env, call, sdp);
      call.input('pbxConfirmed');
    },
    unconfirmed: () => call.input('pbxUnconfirmed', ended('system', 'failed', 'no ACK of the PBX')),
    ended: ({ reason }) => call.input('pbxEnded', ended('remote', 'normal', reason)),
    reinvite: async (sdp) => (call.media ? call.media.renegotiate(sdp) : { status: 488 }),
    acknowledged: (sdp) => applyAnswer(env, call, sdp),
  });
  // The INVITE may have been cancelled already.
  if (call.phase === 'offering') ringUsers(env, call, state);
  return call;
}

/** Asks the edge to ring; the first device that rings makes the PBX ring. */
function ringUsers(env: CallEnvironment, call: LiveCall, state: Ringing): void {
  const { users } = call.facts;
  const asked = users.map(async (userId) => {
    const devices = await env.edge.ring(call.tenantId, userId, call.viewFor(userId));
    state.devices.set(userId, devices);
    if (devices === 0 || call.parted.has(userId) || call.phase === 'ended') return;
    env.recorder.record('call.ringing', aboutOf(call), { userId, devices });
    call.input('devicesRing');
  });
  Promise.all(asked).then(
    () => call.phase === 'offering' && nobodyThere(env, call),
    (error: unknown) => {
      env.logger.error({ call: call.id, err: error }, 'ringing failed');
      if (call.phase === 'offering') nobodyThere(env, call);
    },
  );
}

function nobodyThere(env: CallEnvironment, call: LiveCall): void {
  const { group } = call.facts.entry;
  const reaction = reactionWhenNobody(group.notSignedInResponse);
  if (reaction.keepRinging) {
    call.timers.set('ring', env.bounds.unattendedMs, () => ringTimeout(call));
    call.input('nobodyKeep');
    return;
  }
  call.input('nobodyRefuse', {
    by: 'system',
    cause: 'not_signed_in',
    sipCode: reaction.status,
    text: 'no client of the user is signed in',
  });
}

/**
 * A device takes the call.
 * @throws TrunklineError `call_state` when it is taken already, `media_failed`
 */
export async function answerCall(
  env: CallEnvironment,
  call: LiveCall,
  o: { userId: UserId; deviceId: DeviceId; sdp: string },
): Promise<CallMediaResult> {
  const state = ringing.get(call);
  if (!state || !call.input('userAnswers')) throw new TrunklineError('call_state');
  const { leg } = state;
  // Whose it is from here on: who answers may hang up before the media stands.
  call.userId = o.userId;
  call.deviceId = o.deviceId;
  try {
    const { media, answerSdp } = await CallMedia.open(env, call.id, o.sdp);
    if (!stillAnswering(call)) {
      media.close();
      throw new TrunklineError('call_gone');
    }
    call.media = media;
    const sdp = leg.offer === null ? media.offer() : await media.answerOffer(leg.offer);
    if (!stillAnswering(call)) throw new TrunklineError('call_gone');
    leg.answer(sdp);
    awaitBrowser(env, call);
    partOthers(env, call, o.userId);
    publish(env, call);
    return { callId: call.id, sdp: answerSdp };
  } catch (error) {
    if (error instanceof TrunklineError) throw error;
    env.logger.warn({ tenant: call.tenantId, call: call.id, err: error }, 'answering failed');
    call.media?.close();
    call.media = null;
    if (stillAnswering(call)) {
      call.userId = null;
      call.deviceId = null;
    }
    call.input('answerFailed');
    throw new TrunklineError('media_failed', { cause: error });
  }
}

function stillAnswering(call: LiveCall): boolean {
  return call.phase === 'answering';
}

/** The call is over for everybody but the one who took it. */
function partOthers(env: CallEnvironment, call: LiveCall, holder: UserId): void {
  for (const userId of call.users) {
    if (userId === holder) continue;
    call.parted.set(userId, {
      by: 'local',
      cause: 'answered_elsewhere',
      sipCode: null,
      elsewhere: true,
    });
    publishTo(env, call, userId);
  }
}

/** A user rejects. The PBX hears of it when nobody else's devices ring any more (LIN-064). */
export function rejectCall(
  env: CallEnvironment,
  call: LiveCall,
  o: { userId: UserId; variant: RejectVariant },
): void {
  const state = ringing.get(call);
  const open: readonly string[] = ['offering', 'ringing', 'unattended'];
  if (!state || !open.includes(call.phase)) throw new TrunklineError('call_state');
  const reaction = reactionToReject(call.facts.entry.group.rejectResponse, o.variant);
  const others = call.users.filter(
    (userId) => userId !== o.userId && (state.devices.get(userId) ?? 1) > 0,
  );
  const told = others.length === 0 && !reaction.keepRinging ? reaction.status : null;
  env.recorder.record('call.rejected', aboutOf(call), {
    userId: o.userId,
    variant: o.variant,
    sipCode: told,
  });
  if (others.length === 0 && !reaction.keepRinging) {
    call.input('rejected', {
      by: 'local',
      cause: 'rejected',
      sipCode: reaction.status,
      text: '',
    });
    return;
  }
  call.parted.set(o.userId, { by: 'local', cause: 'rejected', sipCode: told, elsewhere: false });
  publishTo(env, call, o.userId);
  if (others.length > 0) return;
  call.timers.set('ring', env.bounds.unattendedMs, () => ringTimeout(call));
  call.input('rejectedKeep');
}

function ringTimeout(call: LiveCall): void {
  call.input('ringTimeout', {
    by: 'system',
    cause: 'no_answer',
    sipCode: statusWhenNobodyAnswers,
    text: 'nobody answered in time',
  });
}

function attachEffects(env: CallEnvironment, call: LiveCall, leg: IncomingLeg): void {
  const nothing = () => undefined;
  call.attach({
    ringPbx: () => leg.ring(),
    refusePbx: (end) =>
      leg.reject(end?.sipCode ?? (end?.by === 'local' ? statusWhenHungUp : statusWhenStopping)),
    byePbx: () => leg.bye(),
    noteRinging: () => publish(env, call),
    noteAnswered: () => noteAnswered(env, call),
    finish: (end) => finish(env, call, end),
    // Outgoing calls only.
    cancelPbx: nothing,
  });
}

function applyAnswer(env: CallEnvironment, call: LiveCall, sdp: string): void {
  call.media?.acceptAnswer(sdp).catch((error: unknown) => {
    env.logger.warn({ tenant: call.tenantId, call: call.id, err: error }, 'SDP answer unusable');
    call.input('mediaFailed', ended('system', 'media_failed', 'no common codec with the PBX'));
  });
}

function ended(by: CallEnd['by'], cause: string, text: string): CallEnd {
  return { by, cause, sipCode: null, text };
}
