import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { mayBeTarget } from '@trunkline/numbers/pbx-code.ts';
import type { TenantModel } from '../config/tenant-model.ts';
import { codesOf, planForward } from '../routing/forward-plan.ts';
import type { CallEnd } from './causes.ts';
import type { CallEnvironment } from './environment.ts';
import { holdCall, resumeCall } from './hold.ts';
import { type LegMedia, type MediaPlace, NegotiationFailed } from './leg-media.ts';
import { follow, mediaEnd, placeLeg, renegotiate } from './legs.ts';
import { aboutOf, ended, noteRoute, publish, publishOthers, releaseUser } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { openRelay } from './media.ts';
import { askToll, tollError } from './toll.ts';

type Transferred = NodeEventData<'call.transferred'>;

/** What a transfer came to; `pending` when it is still open after a while. */
type Outcome = 'accepted' | 'failed' | 'pending';

/** How a transfer is told to the flight recorder. */
function teller(
  env: CallEnvironment,
  call: LiveCall,
  fixed: Pick<Transferred, 'kind' | 'method' | 'target' | 'otherCallId'>,
): (state: Transferred['state'], sipCode?: number | null) => void {
  const { userId } = call;
  return (state, sipCode = null) =>
    env.recorder.record('call.transferred', aboutOf(call), {
      ...fixed,
      by: 'local',
      userId,
      state,
      sipCode,
    });
}

/** Waits for a result as long as a command may; after that the call's view tells. */
function within(env: CallEnvironment, work: Promise<Outcome>): Promise<Outcome> {
  return new Promise((resolve) => {
    const cancel = env.time.after(env.bounds.transferResultMs, () => resolve('pending'));
    void work.then((outcome) => {
      cancel();
      resolve(outcome);
    });
  });
}

/**
 * Blind transfer by the group's method: REFER at the PBX, or a new call of ours that is joined
 * with this one (VOX-128). Resolves when it is done, or is still open after a while.
 * @throws TrunklineError `transfer_failed` when the call came back, or what stands against it
 */
export async function transferBlind(
  env: CallEnvironment,
  tenant: TenantModel,
  call: LiveCall,
  number: string,
): Promise<void> {
  if (call.changing || call.phase !== 'talking') throw new TrunklineError('call_state');
  // The running call goes on; the one to the target would be a new one (PLT-015).
  if (tenant.state === 'suspended') throw new TrunklineError('tenant_suspended');
  const { entry } = call.facts;
  const plan = planForward(number, entry);
  if (!plan.ok) throw new TrunklineError(plan.code);
  const ticket = newId('call');
  const toll = askToll(env, {
    tenant,
    userId: call.userId,
    lineId: entry.line.id,
    ticket,
    number: plan.tollNumber,
    emergency: false,
  });
  if (!toll.ok) throw tollError(toll);
  const method = entry.group.transferMethod;
  noteRoute(env, call, 'transfer', `blind by ${method}`, plan.dialled.digits, plan.dialled.trace);
  const tell = teller(env, call, {
    kind: 'blind',
    method,
    target: plan.dialled.number,
    otherCallId: null,
  });
  const work =
    method === 'refer'
      ? transferByRefer(env, call, { digits: plan.dialled.digits, ticket, tell })
      : transferByCall(env, call, plan.dialled.digits, ticket, tell);
  if ((await within(env, work)) === 'failed') throw new TrunklineError('transfer_failed');
}

/** The PBX places the call; it tells us how that goes on. */
function transferByRefer(
  env: CallEnvironment,
  call: LiveCall,
  o: {
    digits: string;
    /** Of the call to the target, as the toll-fraud floor counts it. */
    ticket: string | null;
    tell: ReturnType<typeof teller>;
    replaces?: LiveCall;
  },
): Promise<Outcome> {
  const { digits, ticket, tell, replaces } = o;
  const { near } = call;
  const wasHeld = call.held;
  // Without a word of it the PBX may still have sent both on.
  const away = (accepted: boolean) => {
    // Not joined for sure, the other call is still ours and counts as such.
    const target = replaces && !accepted ? null : ticket;
    for (const one of [target, near?.ticket ?? null])
      if (one !== null) env.toll.sentAway(call.tenantId, one);
  };
  const stayed = () => {
    if (ticket !== null && !replaces) env.toll.ended(call.tenantId, ticket);
  };
  return new Promise((resolve) => {
    call.step = {
      returned: (end) => {
        call.timers.clear('recall');
        stayed();
        tell('failed', end?.sipCode ?? null);
        takeBack(env, call, wasHeld);
        resolve('failed');
      },
      abandoned: (end) => {
        const accepted = end.cause === 'transferred';
        away(accepted);
        if (!accepted) tell('failed', end.sipCode);
        resolve(accepted ? 'accepted' : 'failed');
      },
    };
    if (!near || !call.input('transferReferred')) {
      call.step = null;
      stayed();
      resolve('failed');
      return;
    }
    tell('tried');
    publish(env, call);
    call.timers.set('recall', env.bounds.recallMs, () =>
      call.input('referFailed', ended('system', 'no_answer', 'the target did not answer', 408)),
    );
    const other = replaces?.near?.port;
    void holdCall(env, call)
      .then(() => near.port.refer(other ? { digits, replaces: other } : { digits }))
      .then(({ status, reason }) => {
        if (call.phase !== 'referring') return;
        if (status >= 200 && status < 300) {
          tell('accepted', status);
          away(true);
          call.input('referDone', ended('local', 'transferred', reason, null));
        } else call.input('referFailed', ended('remote', 'failed', reason, status));
      });
  });
}

/** A call of ours to the target; once it answers both PBX legs talk over a relay (VOX-128). */
async function transferByCall(
  env: CallEnvironment,
  call: LiveCall,
  digits: string,
  ticket: string,
  tell: ReturnType<typeof teller>,
): Promise<Outcome> {
  const { entry } = call.facts;
  const line = env.lines.specOf(entry.line.id);
  const wasHeld = call.held;
  const release = () => env.toll.ended(call.tenantId, ticket);
  if (!line || !env.lines.isOpen(entry.line.id) || !call.input('transferCalled')) {
    release();
    return 'failed';
  }
  tell('tried');
  publish(env, call);
  const outcome = new Promise<Outcome>((resolve) => {
    const left = (end: CallEnd | null) => {
      release();
      call.timers.clear('recall');
      tell('failed', end?.sipCode ?? null);
      dropFar(call);
      resolve('failed');
    };
    call.step = {
      joined: () => {
        call.timers.clear('recall');
        tell('accepted');
        releaseUser(env, call, 'transferred');
        call.step = null;
        resolve('accepted');
      },
      move: () => afterJoin(env, call, joinNear(call)),
      returned: (end) => {
        left(end);
        takeBack(env, call, wasHeld);
      },
      abandoned: left,
    };
  });
  void holdCall(env, call);
  try {
    const relay = await openRelay(env, call.id);
    if (call.phase !== 'consulting' && call.phase !== 'handedOver') {
      relay.close();
      return outcome;
    }
    call.relay = relay;
    const codec = call.near?.media?.codec;
    const leg = placeLeg(env, {
      call,
      role: 'far',
      entry,
      line,
      digits,
      place: relay.far,
      first: codec ? [codec] : [],
      ticket,
    });
    follow(env, leg);
    call.timers.set('recall', env.bounds.recallMs, () =>
      call.input('recallTimeout', ended('system', 'no_answer', 'the target did not answer')),
    );
  } catch (error) {
    env.logger.warn({ call: call.id, err: error }, 'target of a transfer could not be called');
    call.input('farFailed', ended('system', 'failed', 'the target could not be called'));
  }
  return outcome;
}

/**
 * Moves the near leg's audio from the user's bridge to the relay. What the PBX refuses leaves it where
 * it was.
 * @throws LegRefused, NegotiationFailed
 */
async function joinNear(call: LiveCall): Promise<void> {
  const { near, relay } = call;
  const media = near?.media;
  if (!media || !relay) throw new NegotiationFailed('no-audio');
  let stay: (() => void) | undefined;
  try {
    await renegotiate(near, () => {
      // Its turn came too late: the target is gone, or everybody.
      if (!call.takes('joinRefused')) throw new NegotiationFailed('no-audio');
      stay = media.checkpoint();
      media.moveTo(relay.near);
      return media.hold(false);
    });
  } catch (error) {
    stay?.();
    throw error;
  }
}

/** What follows when the audio of both sides is joined, or cannot be. */
function afterJoin(env: CallEnvironment, call: LiveCall, work: Promise<unknown>): void {
  work.then(
    () => call.input('transferJoined'),
    (error: unknown) => {
      env.logger.warn({ call: call.id, err: error }, 'legs could not be joined');
      call.input('joinRefused', mediaEnd(error));
    },
  );
}

/**
 * Attended transfer: joins the far sides of two calls of one user.
 * @throws TrunklineError `transfer_failed` when both are still there, `call_state`
 */
export async function connectCalls(
  env: CallEnvironment,
  call: LiveCall,
  other: LiveCall,
): Promise<void> {
  if (call === other || call.changing || other.changing) throw new TrunklineError('call_state');
  if (call.phase !== 'talking' || !other.near) throw new TrunklineError('call_state');
  const { group } = call.facts.entry;
  const samePbx = group.id === other.facts.entry.group.id;
  const digits = digitsOf(other);
  // What the PBX does not know as one cannot be joined there, nor what does not stand yet; and to a
  // code the other party's telephone might dial it instead.
  const atPbx = samePbx && other.phase === 'talking' && mayBeTarget(digits, codesOf(group));
  const method = group.transferMethod === 'refer' && atPbx ? 'refer' : 'join';
  const tell = teller(env, call, {
    kind: 'attended',
    method,
    target: other.remote.number ?? other.remote.display,
    otherCallId: other.id,
  });
  noteRoute(env, call, 'transfer', `attended by ${method}`, other.remote.number);
  const work = async (): Promise<Outcome> => {
    if (method === 'refer') return connectByRefer(env, call, other, { digits, tell });
    if (other.phase === 'talking') return connectByJoin(env, call, other, tell);
    return connectWhileRinging(env, call, other, tell);
  };
  if ((await within(env, work())) === 'failed') throw new TrunklineError('transfer_failed');
}

async function connectByRefer(
  env: CallEnvironment,
  call: LiveCall,
  other: LiveCall,
  { digits, tell }: { digits: string; tell: ReturnType<typeof teller> },
): Promise<Outcome> {
  await holdCall(env, other);
  const ticket = other.near?.ticket ?? null;
  const outcome = await transferByRefer(env, call, { digits, ticket, tell, replaces: other });
  // The PBX ends the call it replaced; should it not, nobody is left at this end of it.
  if (outcome === 'accepted')
    other.input('userHangsUp', ended('local', 'transferred', 'joined with another call'));
  return outcome;
}

/** What the PBX has to dial for the other party. */
function digitsOf(call: LiveCall): string {
  const { remote } = call;
  const { entry } = call.facts;
  const number = remote.number ?? remote.display;
  const plan = planForward(number, entry);
  return plan.ok ? plan.dialled.digits : number;
}

/** Both stand: each PBX leg moves to one side of a relay. */
async function connectByJoin(
  env: CallEnvironment,
  call: LiveCall,
  other: LiveCall,
  tell: ReturnType<typeof teller>,
): Promise<Outcome> {
  const [near, far] = [call.near, other.near];
  const [nearMedia, farMedia] = [near?.media, far?.media];
  if (!near || !far || !nearMedia || !farMedia || !call.media || !other.media)
    throw new TrunklineError('call_state');
  const homes = [call.media.place, other.media.place] as const;
  const held = [call.held, other.held] as const;
  call.changing = true;
  other.changing = true;
  tell('tried');
  try {
    const relay = await openRelay(env, call.id);
    const stand = () => call.phase === 'talking' && other.phase === 'talking';
    try {
      const move = (media: LegMedia, place: MediaPlace) => () => {
        media.moveTo(place);
        return media.hold(false);
      };
      await Promise.all([
        renegotiate(near, move(nearMedia, relay.near)),
        renegotiate(far, move(farMedia, relay.far)),
      ]);
      if (!stand()) throw new Error('one of the calls ended meanwhile');
    } catch (error) {
      env.logger.warn({ call: call.id, err: error }, 'calls could not be joined');
      // Whoever is left goes back to the user.
      await giveHome(env, call, homes[0], held[0]);
      await giveHome(env, other, homes[1], held[1]);
      relay.close();
      tell('failed');
      return 'failed';
    }
    absorb(env, call, other);
    call.relay = relay;
    call.step = { joined: () => tell('accepted') };
    call.input('transferJoined');
    call.step = null;
    releaseUser(env, call, 'transferred');
    return 'accepted';
  } finally {
    call.changing = false;
    other.changing = false;
  }
}

async function giveHome(
  env: CallEnvironment,
  call: LiveCall,
  place: NonNullable<LiveCall['media']>['place'],
  held: boolean,
): Promise<void> {
  const { near } = call;
  const media = near?.media;
  if (call.phase !== 'talking' || !media) return;
  try {
    await renegotiate(near, () => {
      media.moveTo(place);
      return media.hold(held);
    });
  } catch (error) {
    env.logger.warn({ call: call.id, err: error }, 'a call could not be given back');
    call.input('mediaFailed', mediaEnd(error));
  }
}

/** The target still rings: its leg becomes the far leg of the call to be transferred. */
async function connectWhileRinging(
  env: CallEnvironment,
  call: LiveCall,
  other: LiveCall,
  tell: ReturnType<typeof teller>,
): Promise<Outcome> {
  const leg = other.near;
  const home = other.media;
  if (!leg?.media || !home || (other.phase !== 'farRinging' && other.phase !== 'placing'))
    throw new TrunklineError('call_state');
  const wasHeld = call.held;
  if (!call.input('transferCalled')) throw new TrunklineError('call_state');
  tell('tried');
  let homeOpen = true;
  const closeHome = () => {
    if (homeOpen) home.close();
    homeOpen = false;
  };
  const outcome = new Promise<Outcome>((resolve) => {
    const lost = (end: CallEnd | null) => {
      if (leg.ticket !== null) env.toll.ended(call.tenantId, leg.ticket);
      call.timers.clear('recall');
      tell('failed', end?.sipCode ?? null);
      closeHome();
      dropFar(call);
      resolve('failed');
    };
    call.step = {
      joined: () => {
        call.timers.clear('recall');
        tell('accepted');
        releaseUser(env, call, 'transferred');
        call.step = null;
        resolve('accepted');
      },
      move: () => afterJoin(env, call, joinBoth(env, call).finally(closeHome)),
      returned: (end) => {
        lost(end);
        takeBack(env, call, wasHeld);
      },
      abandoned: lost,
    };
  });
  // Its early media goes on at its old place until it answers.
  other.media = null;
  absorb(env, call, other);
  publish(env, call);
  void holdCall(env, call);
  call.timers.set('recall', env.bounds.recallMs, () =>
    call.input('recallTimeout', ended('system', 'no_answer', 'the target did not answer')),
  );
  return outcome;
}

/**
 * Moves both legs of a call to a relay of their own.
 * @throws LegRefused, NegotiationFailed, MediaEngineError
 */
async function joinBoth(env: CallEnvironment, call: LiveCall): Promise<void> {
  const { far } = call;
  const media = far?.media;
  if (!media) throw new NegotiationFailed('no-audio');
  const relay = await openRelay(env, call.id);
  if (!call.takes('joinRefused')) {
    relay.close();
    throw new NegotiationFailed('no-audio');
  }
  call.relay = relay;
  await renegotiate(far, () => media.moveTo(relay.far));
  await joinNear(call);
}

/** The other call's leg becomes the far leg of this one; the other call is over. */
function absorb(env: CallEnvironment, call: LiveCall, other: LiveCall): void {
  const leg = other.near;
  if (!leg) return;
  env.trace.reassign(leg.port.sipCallId, aboutOf(other), aboutOf(call));
  env.records.adopt(other.id, call.id);
  leg.call = call;
  leg.role = 'far';
  call.far = leg;
  other.input('absorbed', ended('local', 'transferred', 'joined with another call'));
}

/** Forgets the far leg and its audio; the call goes on with its user, or ends. */
function dropFar(call: LiveCall): void {
  call.far = null;
  call.relay?.close();
  call.relay = null;
}

/** The user has the call again as it was before. */
function takeBack(env: CallEnvironment, call: LiveCall, wasHeld: boolean): void {
  call.step = null;
  publish(env, call);
  publishOthers(env, call);
  const [media, home] = [call.near?.media, call.media];
  if (media && home && media.bridgeId !== home.place.bridgeId) {
    void giveHome(env, call, home.place, wasHeld);
    return;
  }
  if (wasHeld) return;
  resumeCall(env, call).catch((error: unknown) => {
    env.logger.warn({ call: call.id, err: error }, 'a call came back on hold');
  });
}
