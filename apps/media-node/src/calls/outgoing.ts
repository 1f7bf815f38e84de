import type { CallMediaResult } from '@trunkline/contracts/calls.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { type DeviceId, type LineId, newId, type UserId } from '@trunkline/contracts/ids.ts';
import type { TenantModel } from '../config/tenant-model.ts';
import type { RegistrationSpec } from '../lines/registrar.ts';
import { type OutboundPlan, planOutbound } from '../routing/outbound.ts';
import { partyOf } from '../routing/remote-party.ts';
import { type CallEnd, causeOfFailure } from './causes.ts';
import type { CallEnvironment } from './environment.ts';
import { aboutOf, awaitBrowser, finish, noteAnswered, noteStarted, publish } from './lifecycle.ts';
import { mayStart } from './limits.ts';
import { LiveCall } from './live-call.ts';
import { CallMedia } from './media.ts';
import type { OutgoingLeg } from './pbx.ts';

export interface DialRequest {
  userId: UserId;
  deviceId: DeviceId;
  number: string;
  lineId?: LineId | undefined;
  /** The browser's offer. */
  sdp: string;
  emergencyOnly: boolean;
}

const ended = (by: CallEnd['by'], cause: string, text = ''): CallEnd => ({
  by,
  cause,
  sipCode: null,
  text,
});

/**
 * Places a call: decides, opens the media, sends the INVITE, and answers the browser at once.
 * @throws TrunklineError with the code of what stands against it
 */
export async function placeCall(
  env: CallEnvironment,
  tenant: TenantModel,
  request: DialRequest,
): Promise<CallMediaResult> {
  const plan = planOutbound(tenant, { ...request, typed: request.number }, (lineId) =>
    env.lines.isOpen(lineId),
  );
  if (!plan.ok) throw new TrunklineError(plan.code);
  const line = env.lines.specOf(plan.entry.line.id);
  if (!line) throw new TrunklineError('line_not_ready');

  const call = outgoingCall(env, tenant, plan, request);
  if (!plan.emergency && !mayStart(env.calls.all(), call, env.limits))
    throw new TrunklineError('too_many_calls');
  // Counted from here on, so that two commands at once cannot both pass the limit.
  env.calls.add(call);
  let opened: Awaited<ReturnType<typeof CallMedia.open>>;
  try {
    opened = await CallMedia.open(env, call.id, request.sdp);
  } catch (error) {
    env.calls.remove(call.id);
    env.logger.warn({ tenant: tenant.tenantId, call: call.id, err: error }, 'media not opened');
    throw new TrunklineError('media_failed', { cause: error });
  }
  call.media = opened.media;
  if (call.phase !== 'placing') {
    // The node stops, or its engine died, before anybody else heard of the call.
    abandon(env, call);
    throw new TrunklineError('no_media_node');
  }
  awaitBrowser(env, call);

  let leg: OutgoingLeg;
  try {
    leg = sendInvite(env, call, opened.media, line, plan.dialled.digits);
  } catch (error) {
    // No SIP address can be made of it.
    abandon(env, call);
    throw new TrunklineError('number_invalid', { cause: error });
  }
  attachEffects(env, call, leg);
  call.timers.set('ring', env.bounds.ringMs, () =>
    call.input('ringTimeout', ended('system', 'no_answer', 'nobody answered in time')),
  );
  noteStarted(env, call, leg, {
    typed: request.number,
    sent: plan.dialled.digits,
    trace: [...plan.dialled.trace],
  });
  publish(env, call);
  return { callId: call.id, sdp: opened.answerSdp };
}

/** Forgets a call that never left this node. */
function abandon(env: CallEnvironment, call: LiveCall): void {
  call.timers.end();
  env.calls.remove(call.id);
  call.media?.close();
}

/** Sends the INVITE and takes what the PBX says to the state table. */
function sendInvite(
  env: CallEnvironment,
  call: LiveCall,
  media: CallMedia,
  line: RegistrationSpec,
  digits: string,
): OutgoingLeg {
  return env.pbx.invite({
    line,
    digits,
    sdp: media.offer(),
    handlers: {
      progress: ({ status, sdp }) => {
        if (sdp !== null) applyAnswer(env, call, sdp);
        if (status >= 180) call.input('pbxProgress');
      },
      answered: ({ sdp, dialog }) => {
        // A 200 that crossed our CANCEL finds the call ended: there is nothing to answer then.
        if (call.phase !== 'ended') env.records.confirm(call.id, dialog);
        if (sdp !== null && call.phase !== 'ended') applyAnswer(env, call, sdp);
        call.input('pbxAnswered');
      },
      failed: ({ status, reason }) => call.input('pbxFailed', causeOfFailure(status, reason)),
      ended: ({ reason }) => call.input('pbxEnded', ended('remote', 'normal', reason)),
      reinvite: (sdp) => media.renegotiate(sdp),
      acknowledged: (sdp) => applyAnswer(env, call, sdp),
    },
  });
}

function outgoingCall(
  env: CallEnvironment,
  tenant: TenantModel,
  plan: Extract<OutboundPlan, { ok: true }>,
  request: DialRequest,
): LiveCall {
  const call = new LiveCall(
    {
      id: newId('call'),
      direction: 'outgoing',
      entry: plan.entry,
      users: [request.userId],
      remote: partyOf(tenant, plan.entry.location, plan.dialled.number),
      emergency: plan.emergency,
    },
    'placing',
    env.time,
  );
  call.userId = request.userId;
  call.deviceId = request.deviceId;
  return call;
}

function attachEffects(env: CallEnvironment, call: LiveCall, leg: OutgoingLeg): void {
  const nothing = () => undefined;
  call.attach({
    cancelPbx: () => leg.cancel(),
    byePbx: () => leg.bye(),
    noteRinging: () => {
      env.recorder.record('call.ringing', aboutOf(call), { userId: null, devices: 0 });
      publish(env, call);
    },
    noteAnswered: () => noteAnswered(env, call),
    finish: (end) => finish(env, call, end),
    // Incoming calls only.
    refusePbx: nothing,
    ringPbx: nothing,
  });
}

/** Sets the far side of the media; an answer nobody can speak ends the call. */
function applyAnswer(env: CallEnvironment, call: LiveCall, sdp: string): void {
  call.media?.acceptAnswer(sdp).catch((error: unknown) => {
    env.logger.warn({ tenant: call.tenantId, call: call.id, err: error }, 'SDP answer unusable');
    call.input('mediaFailed', ended('system', 'media_failed', 'no common codec with the PBX'));
  });
}
