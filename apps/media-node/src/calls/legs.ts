import type { AudioCodec } from '@trunkline/contracts/media.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import type { RegistrationSpec } from '../lines/registrar.ts';
import { CallLeg, type LegRole } from './call-leg.ts';
import { type CallEnd, causeOfFailure, endOfLapse } from './causes.ts';
import type { CallEnvironment } from './environment.ts';
import { LegMedia, type LegMediaHooks, type MediaPlace, NegotiationFailed } from './leg-media.ts';
import { aboutOf, ended, noteRoute, publish } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { sendKeys } from './media.ts';
import type {
  CallOrigin,
  IncomingHandlers,
  IncomingLeg,
  LegHandlers,
  OutgoingHandlers,
  OutgoingLeg,
  Referred,
} from './pbx.ts';
import { watchSilence } from './silence.ts';
import type { CallInput } from './state-table.ts';

/** Encryption may be what the PBX cannot do with our offer (RFC 3261 §21.4.26, §21.6.4). */
const offerRefused = new Set([488, 606, 415]);
const cryptoProblems = new Set(['encryption-required', 'no-common-crypto']);

/**
 * Places a leg over a line. What the PBX says goes to the state table of the call the leg belongs
 * to at that time.
 * @throws Error when no SIP address can be made of the digits
 */
export function placeLeg(
  env: CallEnvironment,
  o: {
    call: LiveCall;
    role: LegRole;
    entry: LineEntry;
    line: RegistrationSpec;
    digits: string;
    place: MediaPlace;
    /** Codecs that need no transcoding. */
    first: readonly AudioCodec[];
    ticket: string | null;
    origin?: CallOrigin;
    referred?: Referred;
    /** Placed on hold. */
    held?: boolean;
  },
): CallLeg {
  const { call, entry } = o;
  // The leg is made around the stack's call, whose handlers speak for the leg.
  let leg: CallLeg | undefined;
  const mine = (): CallLeg => {
    if (!leg) throw new Error('the PBX answered before it was asked');
    return leg;
  };
  const media = new LegMedia(env, {
    policy: entry.group,
    place: o.place,
    hooks: mediaHooks(env, mine),
    latchAddresses: env.addressesOf(entry.group),
  });
  media.prefer(o.first);
  if (o.held) void media.hold(true);
  const handlers: OutgoingHandlers = {
    ...inCall(env, mine),
    progress: ({ status, sdp }) => {
      const { call: ringing } = mine();
      // Until it answers nobody is taken from who is being talked to.
      if (sdp !== null && ringing.phase !== 'following') applyAnswer(env, mine(), sdp);
      if (mine().role === 'far') {
        // No event of the call's tells of it; from now on a CANCEL may end it (RFC 3261 §9.1).
        if (!mine().progressed) env.records.renew(ringing.id);
        ringing.step?.farProgress?.(status);
      }
      mine().progressed = true;
      if (status >= 180) tell(mine(), 'pbxProgress', 'farProgress');
    },
    answered: ({ sdp, dialog }) => {
      const answered = mine();
      answered.answered = true;
      if (!standsIn(answered)) {
        // Its CANCEL crossed this 200 on the wire, and its call does without it (RFC 3261 §9.1).
        answered.bye();
        return;
      }
      // A 200 that crossed our CANCEL finds the call ended: there is nothing to answer then.
      if (answered.call.phase !== 'ended') {
        env.records.confirm(answered.call.id, answered.role, dialog);
        if (answered.ticket !== null) env.toll.answered(answered.call.tenantId, answered.ticket);
        takeAnswer(env, answered, sdp);
      }
      tell(answered, 'pbxAnswered', 'farAnswered');
    },
    failed: ({ status, reason }) => {
      const failed = mine();
      const retry = status !== null && offerRefused.has(status) && media.withoutEncryption();
      if (retry && failed.call.phase !== 'ended') {
        env.trace.release(failed.port.sipCallId, aboutOf(failed.call));
        failed.resent(send());
        noteRoute(env, failed.call, 'unencrypted', `the PBX refused encryption with ${status}`);
        follow(env, failed);
        return;
      }
      fail(failed, causeOfFailure(status, reason));
    },
  };
  const send = (): OutgoingLeg =>
    env.pbx.invite({
      line: o.line,
      digits: o.digits,
      sdp: media.offer(),
      sessionTimerSeconds: entry.group.sessionTimerSeconds,
      origin: o.origin,
      referred: o.referred,
      handlers,
    });
  leg = new CallLeg({ call, role: o.role, entry, leg: { outgoing: send() }, ticket: o.ticket });
  leg.media = media;
  if (o.role === 'near') call.near = leg;
  else call.far = leg;
  return leg;
}

/** Takes an incoming leg as the near leg of its call. */
export function takeLeg(env: CallEnvironment, call: LiveCall, incoming: IncomingLeg): CallLeg {
  const { entry } = call.facts;
  const leg = new CallLeg({ call, role: 'near', entry, leg: { incoming }, ticket: null });
  call.near = leg;
  listenTo(env, leg, incoming);
  return leg;
}

/** Hands what an incoming leg tells to the call it belongs to. */
export function listenTo(env: CallEnvironment, leg: CallLeg, incoming: IncomingLeg): void {
  const handlers: IncomingHandlers = {
    ...inCall(env, () => leg),
    cancelled: ({ elsewhere }) =>
      tell(
        leg,
        'pbxCancelled',
        'farEnded',
        ended('remote', elsewhere ? 'answered_elsewhere' : 'cancelled', '', 487),
      ),
    confirmed: ({ sdp, dialog }) => {
      leg.answered = true;
      if (leg.call.phase !== 'ended') {
        env.records.confirm(leg.call.id, leg.role, dialog);
        takeAnswer(env, leg, sdp);
      }
      tell(leg, 'pbxConfirmed', 'farProgress');
    },
    unconfirmed: () => tell(leg, 'pbxUnconfirmed', 'farEnded', endOfLapse('ack')),
  };
  incoming.handle(handlers);
}

/** Gives an incoming leg its audio at a place. */
export function openLegMedia(
  env: CallEnvironment,
  leg: CallLeg,
  place: MediaPlace,
  first: readonly AudioCodec[],
): LegMedia {
  const { entry } = leg;
  const source = leg.port.peerAddress;
  const media = new LegMedia(env, {
    policy: entry.group,
    place,
    hooks: mediaHooks(env, () => leg),
    latchAddresses: [...(source === null ? [] : [source]), ...env.addressesOf(entry.group)],
  });
  media.prefer(first);
  leg.media = media;
  return media;
}

/** The messages of a leg belong to its call. */
export function follow(env: CallEnvironment, leg: CallLeg): void {
  env.trace.follow(
    leg.port.sipCallId,
    leg.port.localTag,
    aboutOf(leg.call),
    leg.role === 'near' ? 'rtp' : 'far',
  );
}

/**
 * Offers the PBX what the leg's media now is and takes its answer; one exchange after the other.
 * @param change what is to be different, done when it is this one's turn
 * @throws LegRefused, NegotiationFailed
 */
export function renegotiate(leg: CallLeg, change?: () => unknown): Promise<void> {
  const done = leg.turn.then(async () => {
    await change?.();
    const { media } = leg;
    if (!media) throw new NegotiationFailed('no-audio');
    const answer = await leg.port.reinvite(media.offer());
    // Some systems answer a re-INVITE that changes nothing for them without a body.
    if (answer.trim() !== '') await media.acceptAnswer(answer);
  });
  leg.turn = done.catch(() => undefined);
  return done;
}

function inCall(env: CallEnvironment, mine: () => CallLeg): LegHandlers {
  return {
    ended: ({ lapse, elsewhere }) => {
      const leg = mine();
      if (leg.ticket !== null) env.toll.ended(leg.call.tenantId, leg.ticket);
      const end =
        lapse === null
          ? ended('remote', elsewhere ? 'answered_elsewhere' : 'normal')
          : endOfLapse(lapse);
      tell(leg, 'pbxEnded', 'farEnded', end);
    },
    reinvite: async (sdp) => {
      const leg = mine();
      const answer = (await leg.media?.renegotiate(sdp)) ?? { status: 488 };
      passHold(env, leg);
      return answer;
    },
    acknowledged: (sdp) => applyAnswer(env, mine(), sdp),
    keys: (digits) => passKeys(env, mine(), digits),
    refer: (request) => mine().call.referred(mine(), request),
  };
}

function mediaHooks(env: CallEnvironment, mine: () => CallLeg): LegMediaHooks {
  return {
    agreed: ({ codec, encrypted, address }) => {
      const { call, role } = mine();
      const side = role === 'near' ? 'rtp' : 'far';
      env.recorder.record('call.media', aboutOf(call), {
        state: 'agreed',
        side,
        codec,
        encrypted,
        address,
      });
      if (call.phase !== 'ended') publish(env, call);
    },
    remoteHeld: (held) => {
      const { call, role } = mine();
      if (role !== 'near' && call.phase !== 'joined') return;
      env.recorder.record('call.held', aboutOf(call), { by: 'remote', held });
      if (call.phase !== 'ended') publish(env, call);
    },
  };
}

/** Hands an input to the leg's call, by the leg's role there. */
function tell(leg: CallLeg, near: CallInput, far: CallInput, end: CallEnd | null = null): void {
  if (leg.call.old === leg && near === 'pbxEnded') {
    leg.call.old = null;
    leg.call.timers.clear('oldLeg');
  }
  if (leg.role === 'near') {
    if (standsIn(leg)) leg.call.input(near, end);
  } else if (leg.call.far === leg || leg.call.phase === 'ended') {
    if (far === 'farEnded') fail(leg, end, 'farEnded');
    else leg.call.input(far, end);
  }
}

/** Whether the leg still is one of its call: another may have taken its place. */
function standsIn(leg: CallLeg): boolean {
  return (leg.role === 'near' ? leg.call.near : leg.call.far) === leg;
}

/** The leg is refused or over; whoever placed a far leg may know another target. */
function fail(
  leg: CallLeg,
  end: CallEnd | null,
  far: 'farFailed' | 'farEnded' = 'farFailed',
): void {
  if (!standsIn(leg)) return;
  if (leg.role === 'near') {
    leg.call.input('pbxFailed', end);
    return;
  }
  if (leg.call.step?.farLost?.(end)) return;
  leg.call.input(far, end);
}

/** The PBX's last chance to describe its media; it may have done so before (RFC 3264 §4). */
function takeAnswer(env: CallEnvironment, leg: CallLeg, sdp: string | null): void {
  if (sdp !== null) applyAnswer(env, leg, sdp);
  else if (leg.media && !leg.media.described)
    refuseAnswer(env, leg, new NegotiationFailed('no-answer'));
}

/** Sets the far side of the media; an answer nobody can speak ends the leg. */
function applyAnswer(env: CallEnvironment, leg: CallLeg, sdp: string): void {
  const done = leg.media?.acceptAnswer(sdp).then(() => {
    passHold(env, leg);
    if (leg.role === 'far' && !leg.answered && standsIn(leg)) leg.call.step?.farEarly?.();
  });
  done?.catch((error: unknown) => refuseAnswer(env, leg, error));
}

function refuseAnswer(env: CallEnvironment, leg: CallLeg, error: unknown): void {
  env.logger.warn({ call: leg.call.id, err: error }, 'SDP answer unusable');
  const end = mediaEnd(error);
  if (!standsIn(leg)) return;
  if (leg.role === 'near') {
    leg.call.input('mediaFailed', end);
    return;
  }
  if (leg.answered) leg.bye();
  else leg.cancel();
  if (leg.call.phase === 'joined') leg.call.input('mediaFailed', end);
  else fail(leg, end);
}

/**
 * Joined by this node, a party held by the other one's PBX hears its music, and its own PBX is told
 * (RFC 3264 §8.4).
 */
export function passHold(env: CallEnvironment, leg: CallLeg): void {
  const { call, media } = leg;
  const other = leg.role === 'near' ? call.far : call.near;
  if (call.phase !== 'joined' || !media || !other?.media || !standsIn(leg)) return;
  const { holding } = media;
  if (other.media.holder === holding) return;
  const { media: held } = other;
  renegotiate(other, () => held.carryHold(holding)).catch((error: unknown) => {
    env.logger.warn({ call: call.id, err: error }, 'hold not carried to the other side');
  });
  // While held it may be silent as long as it likes, afterwards not.
  if (holding === null) watchSilence(env, call, leg.role === 'near' ? 'far' : 'rtp', 0);
}

/** Why media could not be agreed on, for the end of the call. */
export function mediaEnd(error: unknown): CallEnd {
  if (error instanceof NegotiationFailed && cryptoProblems.has(error.reason))
    return ended('system', 'srtp_refused', 'the PBX offers no encryption, the group requires it');
  if (error instanceof NegotiationFailed && error.reason === 'no-answer')
    return ended('system', 'media_failed', 'the PBX answered without a description of its media');
  return ended('system', 'media_failed', 'no common codec with the PBX');
}

/** Keys by SIP INFO go on into the other side's audio (VOX-120). */
function passKeys(env: CallEnvironment, leg: CallLeg, digits: string): void {
  const { call } = leg;
  env.recorder.record('call.dtmf', aboutOf(call), { from: 'remote', digits: digits.length });
  const { relay } = call;
  if (!relay || call.phase !== 'joined') return;
  const other = leg.role === 'near' ? call.far : call.near;
  const method = other?.media?.policy.dtmf;
  const sent =
    method === 'info'
      ? sendByInfo(leg.role === 'near' ? call.far : call.near, digits)
      : sendKeys(env, {
          bridgeId: relay.bridgeId,
          side: leg.role === 'near' ? 'far' : 'rtp',
          digits,
          mode: method === 'inband' ? 'inband' : 'rfc4733',
        });
  sent.catch((error: unknown) => {
    env.logger.warn({ call: call.id, err: error }, 'keys could not be passed on');
  });
}

/** One INFO a key, each after the last was answered. @throws LegRefused */
export async function sendByInfo(leg: CallLeg | null, digits: string): Promise<void> {
  for (const digit of digits) await leg?.port.sendKey(digit);
}
