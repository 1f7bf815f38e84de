import { forwardCheck } from '@trunkline/calls/forward-decision.ts';
import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import { type ErrorCode, TrunklineError } from '@trunkline/contracts/errors.ts';
import { newId, type UserId } from '@trunkline/contracts/ids.ts';
import { planForward } from '../routing/forward-plan.ts';
import { originOf } from '../routing/origin.ts';
import type { CallEnd } from './causes.ts';
import type { CallEnvironment } from './environment.ts';
import { NegotiationFailed } from './leg-media.ts';
import { follow, mediaEnd, openLegMedia, placeLeg, renegotiate } from './legs.ts';
import { aboutOf, beginTalk, ended, noteRoute } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { openRelay } from './media.ts';
import type { IncomingLeg } from './pbx.ts';
import { askToll, tollError } from './toll.ts';

type Forwarded = NodeEventData<'call.forwarded'>;

export interface ForwardOrder {
  reason: Forwarded['reason'];
  /** As typed by user or admin. */
  target: string;
  userId: UserId | null;
}

/** Statuses of a target that are the caller's too; any other means "not available". */
const passedOn = new Set([404, 480, 486, 600, 603, 604]);
/** Max-Forwards left at which a call is not passed on any more (RFC 3261 §16.3). */
const leastForwards = 1;

type Refusal = { ok: false; code: ErrorCode; why: string };
type Ready = {
  ok: true;
  digits: string;
  number: string;
  trace: readonly unknown[];
  ticket: string;
};

/**
 * Sends an unanswered call on to a target, by the group's method (LIN-067 … LIN-069).
 * @param another tries what comes next when the target does not take the call; true = it does
 * @throws TrunklineError with what stands against it; the call is as it was
 */
export function forwardCall(
  env: CallEnvironment,
  call: LiveCall,
  order: ForwardOrder,
  another: (end: CallEnd | null) => boolean,
): void {
  const ready = prepare(env, call, order);
  if (!ready.ok) {
    noteRoute(env, call, 'forward_refused', `${order.reason}: ${ready.why}`, order.target);
    throw new TrunklineError(ready.code, { detail: ready.why });
  }
  const method = call.facts.entry.group.forwardMethod;
  noteRoute(env, call, 'forward', `${order.reason} by ${method}`, ready.digits, ready.trace);
  const tell = (state: Forwarded['state'], sipCode: number | null = null) =>
    env.recorder.record('call.forwarded', aboutOf(call), {
      reason: order.reason,
      method,
      userId: order.userId,
      target: ready.number,
      state,
      sipCode,
    });
  const release = () => env.toll.ended(call.tenantId, ready.ticket);
  call.chain.push(ready.number);
  switch (method) {
    case 'redirect_302': {
      call.step = { redirectTo: ready.digits };
      tell('tried');
      tell('accepted', 302);
      env.toll.sentAway(call.tenantId, ready.ticket);
      call.input('redirected', ended('local', 'forwarded', '', 302));
      return;
    }
    case 'answer_transfer':
      deflect(env, call, ready, { tell, release });
      return;
    case 'new_call':
      callTarget(env, call, order, ready, { tell, release, another });
  }
}

/** Everything that may stand against a target, before anything is done. */
function prepare(env: CallEnvironment, call: LiveCall, order: ForwardOrder): Ready | Refusal {
  const { entry } = call.facts;
  const no = (code: ErrorCode, why: string): Refusal => ({ ok: false, code, why });
  const tenant = env.tenants.get(entry.tenantId);
  if (!tenant || tenant.state === 'suspended') return no('forward_failed', 'tenant suspended');
  const plan = planForward(order.target, entry);
  if (!plan.ok)
    return plan.code === 'target_is_code'
      ? no(plan.code, 'a code of the telephone system')
      : no(plan.code, 'not a number that can be dialled');
  const { digits, number, trace } = plan.dialled;
  const check = forwardCheck(call.chain, number);
  if (check !== 'ok') return no('forward_failed', check);
  const left = call.near?.incoming?.history.maxForwards ?? 70;
  if (left <= leastForwards) return no('forward_failed', 'too_deep');
  // From one target to the next it is on its way already.
  if (call.phase !== 'forwarding' && !call.takes('forwardTried'))
    return no('call_state', 'the call is answered or over');
  const ticket = newId('call');
  const toll = askToll(env, {
    tenant,
    userId: order.userId,
    lineId: entry.line.id,
    ticket,
    number: plan.tollNumber,
    emergency: false,
  });
  if (!toll.ok) return no(tollError(toll).code, toll.reason);
  return { ok: true, digits, number, trace, ticket };
}

/** LIN-068: a new call of ours; this node stays between the two for as long as they talk. */
function callTarget(
  env: CallEnvironment,
  call: LiveCall,
  order: ForwardOrder,
  ready: Ready,
  o: {
    tell: (state: Forwarded['state'], sipCode?: number | null) => void;
    release: () => void;
    another: (end: CallEnd | null) => boolean;
  },
): void {
  const { entry } = call.facts;
  const lost = (end: CallEnd | null) => {
    o.release();
    o.tell('failed', end?.sipCode ?? null);
    call.far?.media?.leave();
    call.far = null;
    call.step = null;
    // The caller has heard the place of its audio: the next target comes there.
    if (call.near?.early) return;
    call.relay?.close();
    call.relay = null;
  };
  call.step = {
    farLost: (end) => {
      if (call.phase !== 'forwarding') return false;
      lost(end);
      if (o.another(end)) return true;
      call.input('farFailed', endForCaller(end));
      return true;
    },
    farEarly: () => passEarlyMedia(env, call),
    answerCaller: () => void answerCaller(env, call),
    joined: () => {
      o.tell('accepted');
      beginTalk(env, call);
      call.step = null;
    },
    abandoned: (end) => {
      o.release();
      o.tell('failed', end.sipCode);
    },
  };
  if (call.phase !== 'forwarding' && !call.input('forwardTried')) {
    lost(null);
    return;
  }
  call.timers.clear('forward');
  o.tell('tried');
  const give = (text: string) => call.step?.farLost?.(ended('system', 'failed', text)) ?? undefined;
  const line = env.lines.specOf(entry.line.id);
  if (!line || !env.lines.isOpen(entry.line.id)) {
    give('the line is not registered');
    return;
  }
  const { step } = call;
  (call.relay ? Promise.resolve(call.relay) : openRelay(env, call.id)).then(
    (relay) => {
      if (call.phase !== 'forwarding' || call.step !== step) {
        if (relay !== call.relay) relay.close();
        return;
      }
      call.relay = relay;
      try {
        const leg = placeLeg(env, {
          call,
          role: 'far',
          entry,
          line,
          digits: ready.digits,
          place: relay.far,
          first: [],
          ticket: ready.ticket,
          origin: originOf({
            incoming: call.near?.incoming ?? null,
            ownUri: env.pbx.addressOf(line, line.userName),
            targetUri: env.pbx.addressOf(line, ready.digits),
            reason: order.reason,
          }),
        });
        follow(env, leg);
      } catch (error) {
        env.logger.warn({ call: call.id, err: error }, 'forwarding target could not be called');
        give('the target could not be called');
      }
    },
    (error: unknown) => {
      env.logger.warn({ call: call.id, err: error }, 'no relay for a forwarded call');
      give('no media');
    },
  );
}

/** Our SDP for the caller, whose audio begins at the relay with it. */
async function callerSdp(
  env: CallEnvironment,
  call: LiveCall,
  { offer }: IncomingLeg,
): Promise<string> {
  const { near, far, relay } = call;
  if (!near || !relay) throw new NegotiationFailed('no-audio');
  const codec = far?.media?.codec;
  const media = openLegMedia(env, near, relay.near, codec ? [codec] : []);
  return offer === null ? media.offer() : media.answerOffer(offer);
}

/** The target's ringback or announcement goes on to the caller, as early media (RFC 3960). */
function passEarlyMedia(env: CallEnvironment, call: LiveCall): void {
  const { near } = call;
  const incoming = near?.incoming;
  // Without an offer of the caller its 200 has to offer: there is nothing to be heard before.
  if (!near || !incoming || incoming.offer === null || near.early) return;
  if (call.phase !== 'forwarding') return;
  near.early = callerSdp(env, call, incoming);
  near.early.then(
    (sdp) => {
      if (call.phase === 'forwarding') incoming.progress(sdp);
    },
    (error: unknown) => {
      // Should the target answer, the caller is told then.
      env.logger.warn({ call: call.id, err: error }, 'early media not passed on');
    },
  );
}

/** The target answered: so does the caller's leg, over the relay. */
async function answerCaller(env: CallEnvironment, call: LiveCall): Promise<void> {
  const { near } = call;
  if (!near?.incoming || !call.relay) return;
  try {
    const sdp = await (near.early ?? callerSdp(env, call, near.incoming));
    if (call.phase !== 'bridging') return;
    near.incoming.answer(sdp, {
      sessionTimerSeconds: call.facts.entry.group.sessionTimerSeconds,
    });
  } catch (error) {
    env.logger.warn({ call: call.id, err: error }, 'forwarded call could not be answered');
    call.input('mediaFailed', { ...mediaEnd(error), sipCode: 488 });
  }
}

/** LIN-069: answer, hold, REFER. */
function deflect(
  env: CallEnvironment,
  call: LiveCall,
  { digits, ticket }: Ready,
  o: { tell: (state: Forwarded['state'], sipCode?: number | null) => void; release: () => void },
): void {
  const { near } = call;
  const { tell, release } = o;
  let asked = false;
  const refer = async () => {
    if (!near?.media) return;
    await near.media.hold(true);
    // Held, the caller hears the music of its telephone system; without, silence: it goes on.
    await renegotiate(near).catch((error: unknown) => {
      env.logger.warn({ call: call.id, err: error }, 'hold before a deflection not met');
    });
    asked = true;
    const { status, reason } = await near.port.refer({ digits });
    if (call.phase !== 'deflecting') return;
    const accepted = status >= 200 && status < 300;
    tell(accepted ? 'accepted' : 'failed', status);
    if (accepted) env.toll.sentAway(call.tenantId, ticket);
    else release();
    call.step = null;
    if (accepted) call.input('referDone', ended('local', 'forwarded', reason));
    else call.input('referFailed', ended('remote', 'failed', reason, status));
  };
  call.step = {
    refer: () => void refer(),
    abandoned: (end) => {
      // Without a word of it the PBX may still send the caller on.
      if (asked) env.toll.sentAway(call.tenantId, ticket);
      else release();
      tell('failed', end.sipCode);
    },
  };
  if (!call.input('deflected')) {
    call.step = null;
    release();
    return;
  }
  call.timers.clear('forward');
  tell('tried');
  openRelay(env, call.id)
    .then(async (relay) => {
      call.relay = relay;
      if (call.phase !== 'deflecting' || !near?.incoming) {
        relay.close();
        return;
      }
      const media = openLegMedia(env, near, relay.near, []);
      const { offer } = near.incoming;
      const sdp = offer === null ? media.offer() : await media.answerOffer(offer);
      if (call.phase === 'deflecting')
        near.incoming.answer(sdp, {
          sessionTimerSeconds: call.facts.entry.group.sessionTimerSeconds,
        });
    })
    .catch((error: unknown) => {
      env.logger.warn({ call: call.id, err: error }, 'call could not be answered to be forwarded');
      call.input('mediaFailed', { ...mediaEnd(error), sipCode: 488 });
    });
}

/** What the caller is told of a target that did not take the call; a loop is "busy" (VOX-131). */
function endForCaller(end: CallEnd | null): CallEnd {
  const status = end?.sipCode ?? null;
  const told = status === 482 ? 486 : status !== null && passedOn.has(status) ? status : 480;
  return ended(end?.by ?? 'system', end?.cause ?? 'failed', end?.text ?? '', told);
}
