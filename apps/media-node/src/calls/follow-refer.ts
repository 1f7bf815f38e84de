import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { RemoteParty } from '@trunkline/contracts/calls.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { planRefer } from '../routing/refer-target.ts';
import { reportedParty } from '../routing/remote-party.ts';
import type { CallLeg } from './call-leg.ts';
import type { CallEnd } from './causes.ts';
import type { CallEnvironment } from './environment.ts';
import { tellHeld } from './hold.ts';
import { follow, placeLeg } from './legs.ts';
import { aboutOf, ended, noteRoute, publish, publishOthers } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import type { ReferRequest } from './pbx.ts';
import { replaceNear } from './replace-near.ts';
import { askToll } from './toll.ts';

const declined = 603;
/** What the PBX is told when the target was given up without a word of it. */
const gaveUp = 487;
const noAnswer = 408;

interface Ready {
  uri: string;
  remote: RemoteParty;
  ticket: string;
  line: NonNullable<ReturnType<CallEnvironment['lines']['specOf']>>;
}

/**
 * The PBX sends a call of a user to somebody else (RFC 3515, attended with RFC 3891): the user's side
 * stays, a new call over the same line takes the place of the old one when it is answered (VOX-128).
 * What may not be is declined, and the call goes on.
 */
export function followRefer(env: CallEnvironment, leg: CallLeg, request: ReferRequest): void {
  const { call } = leg;
  const ready = prepare(env, leg, request);
  if (typeof ready === 'string') {
    noteRoute(env, call, 'refer_refused', ready, request.target);
    request.reject(declined);
    return;
  }
  const kind = request.replaces ? 'attended' : 'blind';
  noteRoute(env, call, 'refer', `${kind}, asked by the PBX`, request.target);
  const tell = (state: NodeEventData<'call.transferred'>['state'], sipCode: number | null = null) =>
    env.recorder.record('call.transferred', aboutOf(call), {
      kind,
      method: 'refer',
      by: 'remote',
      userId: call.userId,
      target: (ready.remote.number ?? request.target).slice(0, 200),
      state,
      sipCode,
      otherCallId: null,
    });
  request.accept();
  call.input('referTaken');
  call.step = stepOf(env, call, { request, ready, tell });
  tell('tried');
  callTarget(env, call, request, ready);
  publish(env, call);
  publishOthers(env, call);
}

/** All that may stand against it; why, when something does. */
function prepare(env: CallEnvironment, leg: CallLeg, request: ReferRequest): Ready | string {
  const { call } = leg;
  const { entry, emergency } = call.facts;
  if (call.near !== leg || !call.takes('referTaken') || call.changing || !call.media)
    return 'no user talks in this call';
  if (emergency) return 'an emergency call is not given away';
  const needed = request.replaces ? 'attended_transfer' : 'blind_transfer';
  if (!entry.group.functions.includes(needed)) return `${needed} is off for this line group`;
  if (request.uri === null) return 'the target is no address of a telephone';
  const tenant = env.tenants.get(entry.tenantId);
  if (!tenant || tenant.state === 'suspended') return 'tenant suspended';
  const line = env.lines.specOf(entry.line.id);
  if (!line || !env.lines.isOpen(entry.line.id)) return 'the line is not registered';
  const plan = planRefer(request.target, entry);
  if (!plan.ok) return plan.why;
  const ticket = newId('call');
  const toll = askToll(env, {
    tenant,
    userId: call.userId,
    lineId: entry.line.id,
    ticket,
    number: plan.tollNumber,
    emergency: false,
  });
  if (!toll.ok) return toll.reason;
  const remote = reportedParty(tenant, entry.location, {
    user: request.target,
    displayName: request.displayName,
  });
  return { uri: request.uri, remote, ticket, line };
}

function stepOf(
  env: CallEnvironment,
  call: LiveCall,
  o: {
    request: ReferRequest;
    ready: Ready;
    tell: (state: NodeEventData<'call.transferred'>['state'], sipCode?: number | null) => void;
  },
): NonNullable<LiveCall['step']> {
  const { request, ready, tell } = o;
  const placedHeld = call.held;
  const lost = (end: CallEnd | null) => {
    env.toll.ended(call.tenantId, ready.ticket);
    call.timers.clear('recall');
    const status = end?.sipCode ?? null;
    tell('failed', status);
    request.notify(status ?? (end?.cause === 'no_answer' ? noAnswer : gaveUp));
    call.far = null;
    call.step = null;
  };
  return {
    farProgress: (status) => request.notify(status),
    taken: () => {
      const { far } = call;
      if (!far) return;
      call.timers.clear('recall');
      call.step = null;
      tell('accepted', 200);
      request.notify(200);
      // Whoever had put the old party on hold meanwhile does not talk to the new one unasked.
      const { held } = call;
      const told = held ? far.media?.hold(true) : undefined;
      replaceNear(env, call, { leg: far, remote: ready.remote, ending: 'awaited' });
      if (held && !placedHeld) void tellHeld(env, call, told);
      publishOthers(env, call);
    },
    returned: (end) => {
      lost(end);
      publish(env, call);
      publishOthers(env, call);
    },
    abandoned: lost,
  };
}

/** The new call, over the same line and at the same place of the engine. */
function callTarget(
  env: CallEnvironment,
  call: LiveCall,
  request: ReferRequest,
  ready: Ready,
): void {
  const { entry } = call.facts;
  const { media } = call;
  if (!media) return;
  try {
    const leg = placeLeg(env, {
      call,
      role: 'far',
      entry,
      line: ready.line,
      digits: request.target,
      place: media.place,
      first: media.codec ? [media.codec] : [],
      ticket: ready.ticket,
      referred: {
        uri: ready.uri,
        replaces: request.replaces,
        referredBy: request.referredBy,
      },
      held: call.held,
    });
    follow(env, leg);
    call.timers.set('recall', env.bounds.ringMs, () =>
      call.input(
        'recallTimeout',
        ended('system', 'no_answer', 'the target did not answer', noAnswer),
      ),
    );
  } catch (error) {
    env.logger.warn({ call: call.id, err: error }, 'target of a REFER could not be called');
    call.input('farFailed', ended('system', 'failed', 'the target could not be called'));
  }
}
